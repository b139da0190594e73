import AnalyticsCore
import AnalyticsStore
import Hummingbird
import Logging

/// Tells users by mail what was done to their accounts; nothing where the server has no mail.
///
/// Only confirmed addresses get it, and five mails an hour at most: an account with somebody else's address is no way to fill
/// a mailbox. Each counts as one of the server's recipients of the day.
struct AccountMail: Sendable {
    /// What was done.
    enum Deed: Sendable {
        case passwordChanged, passwordReset
        /// A token was made that may be used for everything.
        case wholeTokenMade
    }

    private let services: NotificationServices
    private let accounts: AccountStore
    private let budget: MailBudget
    private let sent = FailureCounter<Int64>(limit: 5, seconds: 3_600)

    /// - Parameters:
    ///   - services: What sends mail.
    ///   - accounts: Knows which addresses are confirmed.
    ///   - budget: How much mail the server may send.
    init(services: NotificationServices, accounts: AccountStore, budget: MailBudget) {
        self.services = services
        self.accounts = accounts
        self.budget = budget
    }

    /// Sends a mail to a user, which nobody waits for.
    func tell(_ user: User, of deed: Deed, _ call: Call, now: Instant) {
        guard let mail = services.mail, (try? sent.begin(user.id, now: now)) != nil else { return }
        var message = Mail(
            to: [user.email], subject: deed.subject, paragraphs: [deed.text, deed.advice],
            link: "\(call.publicURL.text)\(deed.path)",
            table: MailTable(rows: [
                ["When", now.description], ["From the address", call.client?.description ?? "unknown"],
            ]), footer: call.publicURL.text, id: .mailID())
        message.workspaceID = user.workspaceID
        let logger = call.context.logger
        Task { [message] in
            do {
                guard try await accounts.alertEmails(of: user).confirmedAt != nil else { return }
                guard try await budget.takeOfServer(now: now) else {
                    logger.warning("A mail was not sent: the server has had as many as MAIL_LIMIT_SERVER in a day")
                    return
                }
                if let error = await mail(message).error {
                    logger.error("A mail was not sent", metadata: ["mail": "account", "error": "\(error)"])
                }
            } catch {
                logger.error("A mail was not sent", metadata: ["mail": "account", "error": "\(error)"])
            }
        }
    }
}

extension AccountMail.Deed {
    fileprivate var subject: String {
        switch self {
        case .passwordChanged: "Your password was changed"
        case .passwordReset: "Your password was reset"
        case .wholeTokenMade: "A token for everything was made"
        }
    }

    fileprivate var text: String {
        switch self {
        case .passwordChanged: "The password of your account was changed."
        case .passwordReset: "A new password was set for your account by a link that was mailed to this address."
        case .wholeTokenMade: "A token was made that may be used for everything that your account may do."
        }
    }

    fileprivate var advice: String {
        switch self {
        case .passwordChanged, .passwordReset:
            "Was it not you? Then ask for a link to set another password, which also ends all tokens."
        case .wholeTokenMade:
            "Was it not you? Then revoke the token that it was made with, and change your password."
        }
    }

    fileprivate var path: String {
        switch self {
        case .passwordChanged, .passwordReset: "/forgot"
        case .wholeTokenMade: "/settings"
        }
    }
}
