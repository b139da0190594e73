import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// What the recipients of mail may say, who need no account: that they want it, and that they want no reports any more.
///
/// | route                         | needs            |
/// |-------------------------------|------------------|
/// | POST /api/v1/mail/confirm     | a code of a mail |
/// | POST /mail/unsubscribe/{code} | a code of a mail |
///
/// Both change something only by POST, because programs open the links in mails, too.
struct MailRoutes {
    let recipients: MailRecipientStore
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/api/v1/mail/confirm", .confirmRecipient, limit: .pages, body: .json, confirm),
            // The body is `List-Unsubscribe=One-Click` (RFC 8058) and says nothing that the path does not.
            .open(.post, "/mail/unsubscribe/{code}", .unsubscribe, limit: .pages, unsubscribe),
        ]
    }

    @Sendable private func confirm(_ call: Call) async throws -> Response {
        var rules = FieldRules()
        let code = rules.text(call.body["code"], "code", required: true, length: 1...255)
        guard let code else { throw ValidationError(issues: rules.issues) }
        guard try await recipients.confirm(code: code, now: now()) != nil else {
            throw ValidationError(
                field: "code", code: .inList,
                message: "The selected code is invalid, or the workspace does not name the address any more.")
        }
        return .message("Address confirmed successfully.")
    }

    @Sendable private func unsubscribe(_ call: Call) async throws -> Response {
        guard try await recipients.unsubscribe(code: call.parameter("code"), now: now()) else {
            throw APIError.notFound
        }
        return .message("Unsubscribed successfully.")
    }
}

extension Operation {
    static let confirmRecipient = Operation(
        id: "confirmRecipient", group: .notifications, summary: "Confirm an address",
        description: """
            An address that a channel or a report names, and that is not that of a member who has confirmed it, gets one \
            mail with a link; its end is the code. Until the address is confirmed nothing else goes there. Confirming once \
            more changes nothing, except that who wanted no reports any more gets them again.
            """,
        body: (
            Schema.body(required: ["code"], ["code": Schema.text(1...255)]),
            ["code": "1-5-9f86d081884c7d659a2feaa0c55ad015"]
        ),
        answer: (Schema.message, ["message": "Address confirmed successfully."]))

    static let unsubscribe = Operation(
        id: "unsubscribe", group: .notifications, summary: "Unsubscribe from reports",
        description: """
            The address of `List-Unsubscribe` in mails with reports (RFC 8058): a program posts there with any body. No \
            report of the workspace goes to the recipient any more; mail about alerts does.
            """,
        parameters: [.path("code", Schema.string, "The end of the link in the mail.")],
        answer: (Schema.message, ["message": "Unsubscribed successfully."]),
        refusals: [.notFound: "The code is none of this server, or the workspace does not name the address any more."])
}
