import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct PasswordResetTests {
    /// Runs a closure with an API that hands its mail over to a list.
    private func withMail(
        limits: RateLimits = .none,
        _ body: @escaping @Sendable (TestAPI, AsyncStream<Mail>) async throws -> Void
    ) async throws {
        let (mails, sent) = AsyncStream.makeStream(of: Mail.self)
        let services = NotificationServices(mail: { mail in
            sent.yield(mail)
            return .delivered(statusCode: nil)
        })
        var settings = API.Settings.unlimited()
        settings.limits = limits
        try await withAPI(settings: settings, notifications: services) { try await body($0, mails) }
    }

    private func forgot(_ api: TestAPI, _ email: String) async throws -> Answer {
        try await api.send(.post, "/api/v1/auth/password/forgot", json: #"{"email": "\#(email)"}"#)
    }

    private func reset(_ api: TestAPI, _ code: some StringProtocol, _ password: String) async throws -> Answer {
        try await api.send(
            .post, "/api/v1/auth/password/reset",
            json: #"{"code": "\#(code)", "password": "\#(password)", "password_confirmation": "\#(password)"}"#)
    }

    private func code(in mails: AsyncStream<Mail>) async throws -> String {
        var iterator = mails.makeAsyncIterator()
        let mail = try #require(await iterator.next())
        #expect(mail.recipients.map(\.text) == ["ada@example.com"])
        let match = try #require(mail.text.firstMatch(of: /http:\/\/localhost\/reset\/([A-Za-z0-9]{40})/))
        #expect(mail.html.contains(match.0))
        return String(match.1)
    }

    @Test("a mailed code sets a password once, revokes every token, and only its SHA-256 is kept")
    func life() async throws {
        try await withMail { api, mails in
            let token = try await api.register()

            let asked = try await forgot(api, "Ada@example.com")
            let code = try await code(in: mails)
            let weak = try await reset(api, code, "short")
            let done = try await reset(api, code, "a longer staple")
            let again = try await reset(api, code, "a third staple!")
            let login = try await api.send(
                .post, "/api/v1/auth/login", json: #"{"email": "ada@example.com", "password": "a longer staple"}"#)
            let fresh = try #require(login["data.token"] as? String)
            let log = try await api.get("/api/v1/audit-log", token: fresh)

            #expect(
                asked.text
                    == #"{"message":"If the address has an account, a link to set a new password is on its way to it."}"#
            )
            #expect(weak.status == .unprocessableContent)
            #expect(done.text == #"{"message":"Password reset successfully. Log in with the new one."}"#)
            #expect(
                again.body
                    == fault("code", "The selected code is invalid, or it was used or is older than an hour."))
            #expect(try await api.get("/api/v1/auth/me", token: token).status == .unauthorized)
            #expect(log["data.1.action"] as? String == "user.password_reset")
            #expect(!log.text.contains(code))
            #expect(try await api.number("SELECT token_count FROM user_account WHERE id = 1") == 1)
        }
    }

    @Test("the answer does not tell whether there is an account, and nothing is mailed to strangers")
    func stranger() async throws {
        try await withMail { api, mails in
            _ = try await api.register()

            let unknown = try await forgot(api, "nobody@example.com")
            let known = try await forgot(api, "ada@example.com")
            _ = try await code(in: mails)

            #expect(unknown.status == known.status)
            #expect(unknown.text == known.text)
            #expect(try await api.number("SELECT COUNT(*) FROM password_reset") == 1)
        }
    }

    @Test("asking again leaves a code good; it is over after an hour, and after the password was changed")
    func ends() async throws {
        try await withMail { api, mails in
            let token = try await api.register()
            _ = try await forgot(api, "ada@example.com")
            let first = try await code(in: mails)
            _ = try await forgot(api, "ada@example.com")
            _ = try await code(in: mails)

            let weak = try await reset(api, first, "short")
            api.clock.advance(seconds: 3_600)
            let late = try await reset(api, first, "a longer staple")
            _ = try await forgot(api, "ada@example.com")
            let third = try await code(in: mails)
            let change = try await api.send(
                .patch, "/api/v1/auth/password", token: token,
                json: """
                    {"current_password": "correct horse", "password": "a longer staple", \
                    "password_confirmation": "a longer staple"}
                    """)
            let changed = try await reset(api, third, "a third staple!")

            #expect(change.status == .ok)
            // The code is looked at once the password is one.
            #expect(weak["errors.code"] == nil)
            #expect([late, changed].map(\.status.code) == [422, 422])
        }
    }

    @Test("whoever asks for links again and again ends none that was mailed, and three an hour are mailed")
    func asking() async throws {
        try await withMail { api, mails in
            _ = try await api.register()
            var codes: [String] = []
            for _ in 0..<3 {
                _ = try await forgot(api, "ada@example.com")
                codes.append(try await code(in: mails))
            }
            let store = PasswordResetStore(database: api.database)
            let ada = try #require(
                try await AccountStore(database: api.database).credentials(
                    email: EmailAddress(trusted: "ada@example.com"))
            ).member.user

            let fourth = try await store.makeCode(for: ada, now: api.clock.now)
            let done = try await reset(api, codes[0], "a longer staple")
            let others = try await reset(api, codes[1], "a third staple!")

            #expect(fourth == nil)
            #expect(done.status == .ok)
            #expect(others.status == .unprocessableContent)
            #expect(try await api.number("SELECT COUNT(*) FROM password_reset") == 0)
        }
    }

    @Test("without mail nobody waits for a link in vain, and one address gets three a minute")
    func refusals() async throws {
        try await withAPI { api in
            let answer = try await forgot(api, "ada@example.com")

            #expect(
                answer.body
                    == refusal(
                        "Mail is not configured on this server. Ask its operator for another password.", "conflict"))
        }
        try await withMail(limits: RateLimits(auth: 100)) { api, _ in
            var codes: [Int] = []
            for _ in 0..<4 { codes.append(try await forgot(api, "nobody@example.com").status.code) }

            #expect(codes == [200, 200, 200, 429])
        }
    }

    @Test("an invitation is mailed with its code, which the answer has, too; a repeated request mails nothing")
    func invitation() async throws {
        try await withMail { api, mails in
            let admin = try await api.register()
            for _ in 0..<2 {
                let answer = try await api.send(
                    .post, "/api/v1/users/invitations", token: admin,
                    json: #"{"email": "grace@example.com", "role": "analyst"}"#, headers: [.idempotencyKey: "k"])
                #expect(answer.status == .created)
            }
            let answer = try await api.send(
                .post, "/api/v1/users/invitations", token: admin,
                json: #"{"email": "mary@example.com", "role": "viewer"}"#)
            var iterator = mails.makeAsyncIterator()
            var all: [String: Mail] = [:]
            for _ in 0..<2 {
                let mail = try #require(await iterator.next())
                all[mail.recipients.map(\.text).joined()] = mail
            }

            let code = try #require(answer["data.code"] as? String)
            #expect(all.keys.sorted() == ["grace@example.com", "mary@example.com"])
            #expect(all["mary@example.com"]?.text.contains("Code: \(code)") == true)
            #expect(all["mary@example.com"]?.subject == "Invitation to Ada Lovelace's workspace")
        }
    }
}
