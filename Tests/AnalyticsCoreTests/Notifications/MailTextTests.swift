import AnalyticsCore
import Testing

@Suite struct MailTextTests {
    @Test(
        "a name in a mail has no link, no line end, no control and no mark of direction",
        arguments: [
            ("Acme Inc.", "Acme Inc."), ("Café 3.5 & Söhne", "Café 3.5 & Söhne"),
            ("visit https://evil.example/login now", "visit https evil example/login now"),
            ("WWW.evil.example", "evil example"), ("a@evil.example", "a evil example"),
            ("evil\u{FF0E}example evil\u{3002}example", "evil example evil example"),
            ("1.2.3.4", "1 2 3 4"), ("Acme\r\nYour account is locked", "Acme Your account is locked"),
            ("a\u{202E}b\u{2066}c\u{0}d\u{85}e\u{2028}f", "a b c d e f"), ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
            ("  two   spaces ", "two spaces"), ("", ""),
        ])
    func name(text: String, shown: String) {
        #expect(MailText.name(text) == shown)
    }

    @Test("a long name is cut")
    func long() {
        #expect(MailText.name(String(repeating: "a", count: 101)) == String(repeating: "a", count: 99) + "…")
        #expect(MailText.name(String(repeating: "a", count: 100)).count == 100)
    }

    @Test("a mail about an alert says names without links, and amounts as they are")
    func notice() throws {
        let alert = Alert(
            id: 7, rule: .init(id: 3, name: "See https://evil.example"), metric: .revenue, condition: .value,
            comparison: .below, threshold: Amount(tenThousandths: 1_000_000), severity: .warning,
            breach: Breach(
                value: Amount(tenThousandths: 805_000), day: try #require(Day("2026-11-23".utf8)), recordID: 12),
            message: "See https://evil.example: revenue on 2026-11-23 was 80.5 USD, which is below 100 USD.",
            occurrences: 1, triggeredAt: Instant(milliseconds: 0), lastTriggeredAt: Instant(milliseconds: 0))
        let notice = Notice(
            event: .triggered, at: Instant(milliseconds: 0), workspace: "Go to\nwww.evil.example",
            subject: .alert(alert))

        let mail = Mail(
            notice, to: [EmailAddress(trusted: "ada@example.com")], id: "m", publicURL: "https://numbers.example.com")

        #expect(mail.subject == "[Go to evil example] Warning alert: See https evil example")
        #expect(mail.text.contains("See https evil example: revenue on 2026-11-23 was 80.5 USD"))
        #expect(!mail.text.contains("evil.example"))
        #expect(!mail.html.contains("evil.example"))
    }

    @Test("mail with a link to leave has the fields of RFC 8058, and other mail has not")
    func unsubscription() throws {
        func message(_ code: String?) throws -> String {
            let notice = Notice(event: .test, at: Instant(milliseconds: 0), workspace: "Acme", subject: .nothing)
            let mail = Mail(
                notice, to: [EmailAddress(trusted: "ada@example.com")], id: "m",
                publicURL: "https://numbers.example.com",
                unsubscribeCode: code)
            return MailMessage(
                mail, from: try #require(MailSender("numbers@example.com")), now: Instant(milliseconds: 0)
            ).text
        }

        let lines = try message("1-2-ab").split(separator: "\r\n").map(String.init)

        #expect(lines.contains("List-Unsubscribe:"))
        #expect(lines.contains(" <https://numbers.example.com/mail/unsubscribe/1-2-ab>"))
        #expect(lines.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
        #expect(try !message(nil).contains("List-Unsubscribe"))
    }
}
