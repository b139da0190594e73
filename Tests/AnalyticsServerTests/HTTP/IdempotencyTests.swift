import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct IdempotencyTests {
    private let point = #"{"metric_type": "users", "value": 1}"#

    @Test("a repetition has the first answer and no second effect, until a day later")
    func repetition() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let headers: HTTPFields = [.idempotencyKey: "order-17"]

            let first = try await api.ingest(point, token: token, headers: headers)
            api.clock.advance(seconds: 86_399)
            let second = try await api.ingest(point, token: token, headers: headers)
            let totalAfterSecond = try await api.total(token: token)
            api.clock.advance(seconds: 1)
            let third = try await api.ingest(point, token: token, headers: headers)

            #expect(first.status == .created)
            #expect(first.headers[.idempotencyReplayed] == nil)
            #expect(second.status == .created)
            #expect(second.text == first.text)
            #expect(second.headers[.idempotencyReplayed] == "true")
            #expect(totalAfterSecond == 1)
            #expect(third.headers[.idempotencyReplayed] == nil)
            #expect(try await api.total(token: token) == 2)
        }
    }

    @Test("the same key twenty times in parallel stores one point")
    func parallel() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await api.ingest(point, token: token, headers: [.idempotencyKey: "k"]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(answers.allSatisfy { [.created, .conflict].contains($0.status) })
            #expect(Set(answers.filter { $0.status == .created }.map(\.text)).count == 1)
            for refused in answers where refused.status == .conflict {
                #expect(
                    refused.body == refusal("A request with the same Idempotency-Key is still in flight.", "conflict"))
            }
            #expect(try await api.total(token: token) == 1)
        }
    }

    @Test("a key for another body is refused, and after a refusal it is free again")
    func otherBody() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let headers: HTTPFields = [.idempotencyKey: "k"]

            let invalid = try await api.ingest("{}", token: token, headers: headers)
            let first = try await api.ingest(point, token: token, headers: headers)
            let other = try await api.ingest(point + " ", token: token, headers: headers)

            #expect(invalid.status == .unprocessableContent)
            #expect(first.status == .created)
            #expect(
                other.body
                    == fault(
                        "Idempotency-Key", "The Idempotency-Key was used before for a request with another body."))
            #expect(try await api.total(token: token) == 1)
        }
    }

    @Test("a key belongs to one user and one path")
    func scope() async throws {
        try await withAPI { api in
            let ada = try await api.register()
            let grace = try await api.join(as: .manager)
            let headers: HTTPFields = [.idempotencyKey: "k"]

            let answers = [
                try await api.ingest(point, token: ada, headers: headers),
                try await api.ingest(point, token: grace, headers: headers),
                try await api.send(.post, "/api/v1/auth/tokens", token: ada, json: #"{"name": "t"}"#, headers: headers),
            ]

            #expect(answers.allSatisfy { $0.status == .created && $0.headers[.idempotencyReplayed] == nil })
            #expect(try await api.total(token: ada) == 2)
        }
    }

    @Test("secrets are null in a repetition, and nowhere in the database")
    func secrets() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let headers: HTTPFields = [.idempotencyKey: "k"]
            func invite() async throws -> Answer {
                try await api.send(
                    .post, "/api/v1/users/invitations", token: token,
                    json: #"{"email": "grace@example.com", "role": "viewer"}"#, headers: headers)
            }
            func make() async throws -> Answer {
                try await api.send(
                    .post, "/api/v1/auth/tokens", token: token, json: #"{"name": "t"}"#, headers: headers)
            }

            let (invited, invitedAgain, made, madeAgain) = (
                try await invite(), try await invite(), try await make(), try await make()
            )

            let code = try #require(invited["data.code"] as? String)
            #expect(invitedAgain.text == invited.text.replacing(#""code":"\#(code)""#, with: #""code":null"#))
            #expect(madeAgain.body == made.body.replacing(#""token":"TOKEN""#, with: #""token":null"#))
            let kept = try await api.database.read { connection in
                try connection.all("SELECT answer FROM idempotency_key") {
                    String(decoding: try $0.bytes(0), as: UTF8.self)
                }
            }
            #expect(kept.count == 2)
            #expect(!kept.contains { $0.contains(code) })
            #expect(try await api.number("SELECT COUNT(*) FROM access_token") == 2)
        }
    }

    @Test("a key is 1 to 255 visible characters", arguments: ["", "a b", "é", String(repeating: "k", count: 256)])
    func form(key: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.ingest(point, token: token, headers: [.idempotencyKey: key])

            #expect(
                answer.body
                    == fault("Idempotency-Key", "The Idempotency-Key must be 1 to 255 visible characters of ASCII."))
            #expect(try await api.total(token: token) == 0)
        }
    }
}
