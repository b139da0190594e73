import AnalyticsCore

extension NewAlertChannel {
    /// The channel that a body describes.
    ///
    /// - Parameters:
    ///   - body: What was sent.
    ///   - former: The channel that is changed, of which everything stays that the body does not name; nil for a new one.
    ///   - workspaceID: Whose channel it is.
    ///   - services: What decides whether it can be reached.
    /// - Throws: ``ValidationError`` with every fault.
    init(
        _ body: JSONObject, changing former: NewAlertChannel? = nil, workspaceID: Int64, services: NotificationServices
    ) async throws {
        var rules = FieldRules()
        rules.refuseOtherThanObject(body)
        func isRead(_ name: StaticString) -> Bool { former == nil || body.contains(name) }

        let name = isRead("name") ? rules.text(body["name"], "name", required: true, length: Self.nameLength) : nil
        let kind: ChannelTarget.Kind? = isRead("kind") ? rules.choice(body["kind"], "kind") : nil
        if let former, let kind, kind != former.target.kind {
            rules.refuse("kind", .immutable, "The kind field cannot be changed. Make another channel.")
        }
        var target: ChannelTarget?
        let targetKind = former?.target.kind ?? kind
        switch targetKind {
        case .email:
            if former == nil, services.mail == nil {
                rules.refuse("kind", .inList, "The selected kind is invalid: \(NotificationServices.mailIsOff)")
            }
            if isRead("recipients") {
                let limit = Self.recipientCount.upperBound + 1
                target = rules.recipients(
                    body.elements("recipients", upTo: limit), body["recipients"], "recipients"
                ).map { .email($0) }
            }
            rules.refuseOfOtherKind(body["url"], "url", kinds: "webhook or slack")
        case .webhook, .slack:
            rules.refuseOfOtherKind(body["recipients"], "recipients", kinds: "email")
            if isRead("url"), let url = rules.webhookURL(body["url"], "url") {
                target = targetKind == .slack ? .slack(url) : .webhook(url)
            }
        case nil:
            break
        }
        var severities: [Severity]?
        if body.contains("severities") {
            if case .missing = body["severities"], body.elements("severities", upTo: 1) == nil {
                severities = Severity.allCases
            } else {
                severities = rules.severities(
                    body.elements("severities", upTo: Severity.allCases.count + 1), "severities", allowsNone: false)
            }
        }
        let isActive = rules.boolean(body["is_active"], "is_active")
        if let url = target?.url, let reason = await services.refusal(url, workspaceID) {
            rules.refuse("url", .url, reason)
        }
        if case .email([]) = target ?? former?.target, isActive ?? former?.isActive ?? true {
            rules.refuseMissing("recipients")
        }
        try rules.check()
        guard let name = name ?? former?.name, let target = target ?? former?.target else {
            throw ValidationError(issues: rules.issues)
        }
        self.init(
            name: name, target: target, severities: severities ?? former?.severities ?? Severity.allCases,
            isActive: isActive ?? former?.isActive ?? true)
    }
}

extension FieldRules {
    /// Notes a field that was sent and means nothing for the channel's kind.
    fileprivate mutating func refuseOfOtherKind(_ input: FieldInput, _ field: String, kinds: String) {
        if case .missing = input { return }
        refuse(field, .unknown, "The \(field) field may be given only where the kind is \(kinds).")
    }
}

extension NotificationServices {
    /// Why something is refused that needs mail.
    static let mailIsOff = "mail is not configured on this server (SMTP_URL)."
}
