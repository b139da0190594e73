import AnalyticsCore

/// The server that takes mail, and the sender.
struct MailSettings {
    let server: SMTPServer
    let sender: MailSender

    /// - Returns: Nil where neither is given.
    /// - Throws: ``CommandFailure`` where one of them is missing.
    init?(server: SMTPServer?, sender: MailSender?) throws {
        switch (server, sender) {
        case (nil, nil): return nil
        case (nil, _?): throw CommandFailure("MAIL_FROM has no effect without SMTP_URL. Set both or neither.")
        case (_?, nil): throw CommandFailure("SMTP_URL needs MAIL_FROM, such as numbers@example.com.")
        case (let server?, let sender?):
            self.server = server
            self.sender = sender
        }
    }
}
