import AnalyticsCore
import AnalyticsJobs
import AnalyticsTesting
import Foundation
import Testing

@Suite(.enabled(if: PythonScript.isAvailable, Comment(rawValue: PythonScript.none)), .timeLimit(.patient))
struct SMTPTransportTests {
    private func withServer(
        _ arguments: [String] = [], _ body: (MailServer, String) async throws -> Void
    ) async throws {
        try await MailServer.with(arguments) { try await body($0, $0.port) }
    }

    private func received(_ server: MailServer) async throws -> MailServer.Mail {
        try #require(try await server.next())
    }

    private func transport(_ url: String, authorities: String? = nil) throws -> SMTPTransport {
        SMTPTransport(
            server: try SMTPServer(url), sender: try #require(MailSender("Zahlen <numbers@example.com>")),
            authorities: authorities, timeoutSeconds: Int(60 * Patience.factor), now: { .t0 })
    }

    private func mail(
        _ notice: Notice, to recipients: [String] = ["ada@example.com"], id: String = "msg_1"
    ) -> Mail {
        Mail(
            notice, to: recipients.map { EmailAddress(trusted: $0) }, id: id, publicURL: "https://numbers.example.com")
    }

    private func notice(_ name: String = "Low revenue", workspace: String = "Acme") -> Notice {
        Notice(
            event: .triggered, at: .t0, workspace: workspace, subject: .alert(AlertEvent.notifying(name: name).alert))
    }

    @Test("a mail arrives as it was meant, as text and as HTML")
    func arrives() async throws {
        try await withServer { script, port in
            let transport = try transport("smtp://127.0.0.1:\(port)")

            let result = await transport.send(
                mail(notice("Umsatz < 100 & \"mehr\""), to: ["ada@example.com", "grace@example.com"]))
            let mail = try await received(script)

            #expect(result == .delivered(statusCode: nil))
            #expect(mail.from == "numbers@example.com")
            #expect(mail.to == ["ada@example.com", "grace@example.com"])
            #expect(mail.header("From") == "Zahlen <numbers@example.com>")
            #expect(mail.header("To") == "ada@example.com, grace@example.com")
            #expect(mail.header("Subject") == "[Acme] Warning alert: Umsatz < 100 & \"mehr\"")
            #expect(mail.header("Date") == "Mon, 23 Nov 2026 10:00:00 +0000")
            #expect(mail.header("Message-ID") == "<msg_1@example.com>")
            #expect(mail.header("Auto-Submitted") == "auto-generated")
            #expect(mail.text.contains("Umsatz < 100 & \"mehr\": revenue on 2026-11-23 was 80.5 USD"))
            #expect(mail.html.contains("<p>Umsatz &lt; 100 &amp; &quot;mehr&quot;: revenue on 2026-11-23"))
            #expect(!mail.html.contains("< 100"))
            #expect(mail.defects.isEmpty)
            #expect(mail.longestLine <= 78)
            #expect(mail.hello == "example.com")
        }
    }

    @Test(
        "names in any script and with line breaks stay inside their field",
        arguments: [
            "Größe\r\nBcc: mallory@example.com", "a\nX-Injected: 1\n\nbody", "=?utf-8?q?x?=",
            String(repeating: "Выручка ", count: 12), "🧮", "trailing ", "\u{0}\u{7F}",
        ])
    func injection(name: String) async throws {
        try await withServer { script, port in
            let result = try await transport("smtp://127.0.0.1:\(port)").send(mail(notice("Low", workspace: name)))
            let mail = try await received(script)

            #expect(result == .delivered(statusCode: nil))
            #expect(mail.header("Subject") == "[\(MailText.name(name))] Warning alert: Low")
            #expect(
                mail.headers.map(\.first) == [
                    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                ])
            #expect(mail.to == ["ada@example.com"])
            #expect(mail.isASCII)
            #expect(mail.longestLine <= 78)
        }
    }

    @Test("one recipient that is refused keeps nobody else's mail, and alone it is a failure")
    func refused() async throws {
        try await withServer { script, port in
            let transport = try transport("smtp://127.0.0.1:\(port)")

            let alone = await transport.send(mail(notice(), to: ["refused@example.com"]))
            let together = await transport.send(mail(notice(), to: ["refused@example.com", "ada@example.com"]))

            #expect(alone.statusCode == 550)
            #expect(alone.error?.hasPrefix("The mail was not accepted: ") == true)
            #expect(together == .delivered(statusCode: nil))
            #expect(try await received(script).to == ["ada@example.com"])
        }
    }

    @Test("a user logs in over TLS alone, with the server's certificate verified")
    func login() async throws {
        try await withTemporaryFolder { folder in
            try makeCertificate(in: folder)
            try await withServer([folder]) { script, port in
                let (cert, url) = (folder + "/cert.pem", "smtp://ada:s3cret%2F%2B@localhost:\(port)")

                let good = try await transport(url, authorities: cert).send(mail(notice()))
                let wrongPassword = try await transport(
                    url.replacing("s3cret", with: "guess"), authorities: cert
                ).send(mail(notice()))
                let unknownAuthority = try await transport(url).send(mail(notice()))
                let wrongName = try await transport(
                    url.replacing("localhost", with: "127.0.0.1"), authorities: cert
                ).send(mail(notice()))

                #expect(good == .delivered(statusCode: nil))
                #expect(try await received(script).tls)
                #expect(wrongPassword.error != nil)
                #expect(unknownAuthority.error?.contains("certificate") == true)
                #expect(wrongName.error != nil)
                for result in [wrongPassword, unknownAuthority, wrongName] {
                    #expect(result.error?.contains("s3cret") == false)
                }
            }
        }
    }

    @Test("without TLS a password is not sent")
    func noTLS() async throws {
        try await withServer { _, port in
            let result = try await transport("smtp://ada:secret@127.0.0.1:\(port)").send(mail(notice()))

            #expect(result.error?.hasPrefix("The mail was not accepted: ") == true)
        }
    }

    @Test("a server that is not there is a failure")
    func nobody() async throws {
        let result = try await transport("smtp://127.0.0.1:1").send(mail(notice()))

        #expect(result.error?.hasPrefix("The mail was not accepted: ") == true)
    }

    private func makeCertificate(in folder: String) throws {
        _ = try ChildProcess.output(of: [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem",
        ])
    }
}
