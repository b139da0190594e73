import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct AccountMailTests {
    private func withMail(
        _ body: @escaping @Sendable (TestAPI, AsyncStream<Mail>) async throws -> Void
    ) async throws {
        let (mails, sent) = AsyncStream.makeStream(of: Mail.self)
        let services = NotificationServices(mail: { mail in
            sent.yield(mail)
            return .delivered(statusCode: nil)
        })
        try await withAPI(notifications: services) { try await body($0, mails) }
    }

    @Test("a user is told by mail of a new password and of a token for everything, and of no other token")
    func told() async throws {
        try await withMail { api, mails in
            let token = try await api.register()
            try await api.execute("UPDATE user_account SET email_confirmed_at = created_at")
            var iterator = mails.makeAsyncIterator()

            _ = try await api.send(
                .patch, "/api/v1/auth/password", token: token,
                json: """
                    {"current_password": "correct horse", "password": "a longer staple", \
                    "password_confirmation": "a longer staple"}
                    """)
            let changed = try #require(await iterator.next())
            _ = try await api.send(
                .post, "/api/v1/auth/tokens", token: token,
                json: #"{"name": "narrow", "scopes": ["view-analytics"]}"#)
            let made = try await api.send(.post, "/api/v1/auth/tokens", token: token, json: #"{"name": "whole"}"#)
            let whole = try #require(await iterator.next())
            _ = try await api.send(
                .post, "/api/v1/auth/password/forgot", json: #"{"email": "ada@example.com"}"#)
            let link = try #require(await iterator.next())
            let code = try #require(link.text.firstMatch(of: /reset\/([A-Za-z0-9]{40})/)).1
            _ = try await api.send(
                .post, "/api/v1/auth/password/reset",
                json: """
                    {"code": "\(code)", "password": "a third staple", "password_confirmation": "a third staple"}
                    """)
            let reset = try #require(await iterator.next())

            #expect(
                [changed, whole, reset].map(\.subject) == [
                    "Your password was changed", "A token for everything was made", "Your password was reset",
                ])
            #expect([changed, whole, reset].allSatisfy { $0.recipients.map(\.text) == ["ada@example.com"] })
            #expect(changed.text.contains("When: 2026-11-23T10:00:00.000Z"))
            let secret = try #require((made["data.token"] as? String)?.split(separator: "|").last)
            #expect(!whole.text.contains(secret))
            #expect(!(changed.text + reset.text).contains("staple"))
        }
    }

    @Test("nothing goes to an address that is not confirmed")
    func unconfirmed() async throws {
        try await withMail { api, mails in
            let token = try await api.register()
            _ = try await api.send(.post, "/api/v1/auth/tokens", token: token, json: #"{"name": "t"}"#)
            _ = try await api.send(.post, "/api/v1/auth/password/forgot", json: #"{"email": "ada@example.com"}"#)

            var iterator = mails.makeAsyncIterator()
            #expect(await iterator.next()?.subject == "Set a new password")
        }
    }

    @Test("a user gets five such mails an hour")
    func most() async throws {
        try await withMail { api, mails in
            let token = try await api.register()
            try await api.execute("UPDATE user_account SET email_confirmed_at = created_at")
            for _ in 0..<8 {
                _ = try await api.send(.post, "/api/v1/auth/tokens", token: token, json: #"{"name": "t"}"#)
            }
            // Mails are sent on their own: one of another kind comes behind those that were to be sent.
            var iterator = mails.makeAsyncIterator()
            for _ in 0..<5 { #expect(await iterator.next()?.subject == "A token for everything was made") }
            _ = try await api.send(.post, "/api/v1/auth/password/forgot", json: #"{"email": "ada@example.com"}"#)

            #expect(await iterator.next()?.subject == "Set a new password")
        }
    }
}
