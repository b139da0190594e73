import AnalyticsCore

/// Where mail is handed over, and whom it is from.
struct MailSettings {
    let server: SMTPServer
    let sender: MailSender

    /// - Returns: Nil where neither is given.
    /// - Throws: ``CommandFailure`` that says what is wrong, without a password.
    init?(smtpURL: String?, mailFrom: String?) throws {
        switch (smtpURL, mailFrom) {
        case (nil, nil): return nil
        case (nil, _?): throw CommandFailure("MAIL_FROM has no effect without SMTP_URL. Set both or neither.")
        case (_?, nil): throw CommandFailure("SMTP_URL needs MAIL_FROM, such as numbers@example.com.")
        case (let smtpURL?, let mailFrom?):
            guard let sender = MailSender(mailFrom) else {
                throw CommandFailure(
                    "MAIL_FROM must be an address such as numbers@example.com or Name <numbers@example.com>, "
                        + "not \"\(mailFrom)\".")
            }
            self.sender = sender
            do throws(SMTPServer.Fault) {
                server = try SMTPServer(smtpURL)
            } catch {
                throw CommandFailure(error.reason)
            }
        }
    }
}
