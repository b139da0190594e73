import AnalyticsCore
import Testing

@Suite struct SMTPServerTests {
    @Test(
        "a URL says where mail goes and how the way is kept from others",
        arguments: [
            ("smtp://mail.example.com", "mail.example.com", 587, SMTPServer.Security.startTLSIfOffered, nil),
            ("smtp://mail.example.com:25?starttls=off", "mail.example.com", 25, .none, nil),
            ("smtp://mail.example.com/?starttls=required", "mail.example.com", 587, .startTLS, nil),
            ("smtps://ada:a%40b%3A@mail.example.com", "mail.example.com", 465, .tls, "ada a@b:"),
            ("smtp://ada@[2001:db8::1]:2525", "2001:db8::1", 2_525, .startTLS, "ada "),
        ])
    func good(text: String, host: String, port: Int, security: SMTPServer.Security, login: String?) throws {
        let server = try SMTPServer(text)

        #expect(server.host == host)
        #expect(server.port == port)
        #expect(server.security == security)
        #expect(server.login.map { "\($0.user) \($0.password)" } == login)
    }

    @Test(
        "anything else is refused without a word of the password",
        arguments: [
            "mail.example.com", "http://mail.example.com", "smtp://", "smtp://ada:s3cret@h/path",
            "smtp://ada:s3cret@h#x",
            "smtp://ada:s3cret@h?starttls=off", "smtps://ada:s3cret@h?starttls=required", "smtp://h?starttls=maybe",
            "smtp://h?tls=1", "smtp://h:0", "smtp://ada:s3cret%0D%0AX@h",
        ])
    func bad(text: String) {
        let fault = #expect(throws: SMTPServer.Fault.self) { try SMTPServer(text) }

        #expect(fault?.reason.hasPrefix("SMTP_URL") == true)
        #expect(fault?.reason.contains("s3cret") == false)
    }

    @Test("a sender is an address, with a name or without")
    func senders() {
        let plain = MailSender(" numbers@example.com ")
        let named = MailSender("\"Key figures\" <Numbers@Example.com>")

        #expect(plain?.address.text == "numbers@example.com")
        #expect(plain?.name == nil)
        #expect(named?.address.text == "numbers@example.com")
        #expect(named?.name == "Key figures")
        #expect(named?.domain == "example.com")
        for text in ["", "numbers", "a <b>", "a\r\nBcc: x <a@b.c>", "<a@b.c", "a\"b <a@b.c>"] {
            #expect(MailSender(text) == nil, "\(text)")
        }
    }
}
