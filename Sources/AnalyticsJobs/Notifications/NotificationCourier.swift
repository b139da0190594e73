public import AnalyticsCore
public import AnalyticsStore

/// Takes notices where they are to go, each in the form of its channel.
public struct NotificationCourier: Sendable {
    private let http: HTTPTransport
    private let mail: MailDispatch?
    private let webhookBody: @Sendable (Notice) -> [UInt8]
    private let publicURL: @Sendable () -> String
    private let now: @Sendable () -> Instant

    /// A courier.
    ///
    /// - Parameters:
    ///   - http: By which webhooks are sent.
    ///   - mail: By which mail is sent; nil where there is no mail.
    ///   - webhookBody: What is sent to webhooks.
    ///   - publicURL: Where the server is found.
    ///   - now: The clock.
    public init(
        http: HTTPTransport, mail: MailDispatch?, webhookBody: @escaping @Sendable (Notice) -> [UInt8],
        publicURL: @escaping @Sendable () -> String, now: @escaping @Sendable () -> Instant
    ) {
        self.http = http
        self.mail = mail
        self.webhookBody = webhookBody
        self.publicURL = publicURL
        self.now = now
    }

    /// Tries once.
    public func deliver(_ delivery: TakenDelivery) async -> DeliveryResult {
        let now = now()
        switch delivery.recipient {
        case .webhook(let url, let secrets):
            let body = webhookBody(delivery.notice)
            let signature = WebhookSignature(of: body, id: delivery.messageID, now: now, secrets: secrets)
            return await http.post(
                body, to: url, for: delivery.workspaceID, headers: signature.headers, now: now)
        case .slack(let url):
            do {
                return await http.post(
                    try SlackMessage(delivery.notice).json, to: url, for: delivery.workspaceID, now: now)
            } catch {
                return .refused(error: "The message could not be written.")
            }
        case .email(let recipients):
            guard let mail else { return .failed(error: "Mail is not configured.") }
            return await mail(
                Mail(
                    delivery.notice, to: recipients, id: delivery.messageID, publicURL: publicURL(),
                    unsubscribeCode: delivery.unsubscribeCode, attachment: delivery.attachment))
        case .later(let reason, let seconds):
            return .failed(error: reason, retryAfterSeconds: seconds)
        case .nobody(let reason):
            return .refused(error: reason)
        }
    }
}
