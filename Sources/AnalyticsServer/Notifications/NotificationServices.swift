public import AnalyticsCore

/// What the API needs to know of the ways by which others are reached.
public struct NotificationServices: Sendable {
    /// Says why the server may not send to a URL; nil where it may.
    let refusal: @Sendable (WebhookURL, _ workspaceID: Int64) async -> String?
    /// Sends mail; nil where there is no mail.
    let mail: MailDispatch?

    /// Ways to others.
    ///
    /// - Parameters:
    ///   - mail: Sends mail; nil where there is no mail.
    ///   - refusal: Says why the server may not send to a URL of a workspace; nil where it may.
    public init(
        mail: MailDispatch? = nil,
        refusal: @escaping @Sendable (WebhookURL, _ workspaceID: Int64) async -> String? = { _, _ in nil }
    ) {
        self.mail = mail
        self.refusal = refusal
    }
}

/// What is sent to webhooks: `{"type": …, "timestamp": …, "data": …}`.
public enum WebhookBody {
    /// The JSON of a notice; `data` is the alert or the report as the API shows it.
    public static func written(_ notice: Notice) -> [UInt8] {
        var json = JSONWriter(capacity: 1_024)
        json.object { json in
            json.member("type", notice.event.rawValue)
            json.member("timestamp", notice.at.description)
            json.name("data")
            switch notice.subject {
            case .alert(let alert): AlertView(alert: alert).write(to: &json)
            case .report(let report, _): ReportView(report: report).write(to: &json)
            case .digest(let notices, let omitted):
                json.object { json in
                    let alerts = notices.compactMap { notice -> Alert? in
                        if case .alert(let alert) = notice.subject { alert } else { nil }
                    }
                    json.list("alerts", alerts) { json, alert in AlertView(alert: alert).write(to: &json) }
                    json.member("omitted", omitted)
                }
            case .nothing, .confirmation: json.object { $0.member("message", notice.message) }
            }
        }
        return json.bytes
    }
}
