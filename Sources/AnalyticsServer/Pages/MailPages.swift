import AnalyticsCore
import AnalyticsStore

/// The pages behind the links in mails, for those who need no account.
///
/// | page                    | for                          |
/// |-------------------------|------------------------------|
/// | /mail/confirm/:code     | wanting mail                 |
/// | /mail/unsubscribe/:code | wanting no reports any more  |
struct MailPages {
    let kit: PageKit
    let recipients: MailRecipientStore

    /// What both pages show.
    private struct Question: Sendable {
        let code: String
        /// False for a code that is none.
        let isKnown: Bool
        let email: String
        let workspace: String
        /// Whether the answer was given before.
        let isDone: Bool
    }

    var routes: [Route] {
        [
            kit.openPage("/mail/confirm/{code}", title: "Confirm your address", template: "mail-confirm") { call in
                try await question(.confirmation, call) { $0.isConfirmed && !$0.hasUnsubscribed }
            },
            kit.openPage("/mail/unsubscribe/{code}", title: "Unsubscribe", template: "mail-unsubscribe") { call in
                try await question(.unsubscription, call, isDone: \.hasUnsubscribed)
            },
        ]
    }

    private func question(
        _ purpose: MailRecipientCode.Purpose, _ call: Call,
        isDone: @Sendable (MailRecipientStore.Recipient) -> Bool
    ) async throws -> Question {
        let code = call.parameter("code")
        let recipient = try await recipients.recipient(purpose, code: code)
        return Question(
            code: code, isKnown: recipient != nil, email: recipient?.email.text ?? "",
            workspace: recipient?.workspace ?? "", isDone: recipient.map(isDone) ?? false)
    }
}
