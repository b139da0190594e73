import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct DocumentTests {
    @Test("every route of the API has an entry, and every entry a route that answers")
    func entries() async throws {
        try await withAPI { api in
            let contract = try AnswerContract(try await api.get("/api/v1/openapi.json").text)

            let answered = try await withThrowingTaskGroup(of: [String].self) { group in
                for path in Set(contract.operations.compactMap { $0.split(separator: " ").last }) {
                    group.addTask {
                        let target = String(path).replacing("{id}", with: "1").replacing("{metric}", with: "revenue")
                        let allowed = try await api.send(.options, target).headers[.allow] ?? ""
                        // A page for people has the address that programs post to.
                        let page = path == "/mail/unsubscribe/{code}" ? "GET" : ""
                        return allowed.split(separator: ", ").filter { $0 != "HEAD" && $0 != page }
                            .map { "\($0) \(path)" }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }

            #expect(contract.operations.count == 81)
            #expect(answered.sorted() == contract.operations)
        }
    }

    @Test("a route without an operation is a page for people and no part of the API")
    func undescribed() async throws {
        try await withDatabase { database in
            let api = API(testing: database, clock: TestClock(), settings: .unlimited())

            let undescribed = api.routes.filter { $0.operation == nil }.map(\.path)

            let pages = undescribed.filter { !$0.hasPrefix("/api/") && !$0.hasPrefix("/session") }
            #expect(pages.count == undescribed.count)
            #expect(Set(["/docs", "/docs/reference.css", "/", "/login", "/assets/{file}"]).isSubset(of: pages))
            let ids = api.routes.compactMap { $0.operation?.id }
            #expect(Set(ids).count == ids.count)
        }
    }

    @Test("every example of the document fits its schema")
    func examples() async throws {
        try await withAPI { api in
            let contract = try AnswerContract(try await api.get("/api/v1/openapi.json").text)

            #expect(try contract.faultsOfExamples() == [])
        }
    }

    @Test(
        "an answer that is not described is a violation",
        arguments: [
            (HTTPResponse.Status.ok, #"{"status": "fine"}"#), (.ok, #"{"status": "ok", "more": 1}"#), (.ok, "{}"),
            (.accepted, #"{"status": "ok"}"#),
        ])
    func violations(status: HTTPResponse.Status, body: String) async throws {
        try await withAPI { api in
            let contract = try AnswerContract(try await api.get("/api/v1/openapi.json").text)
            let answer = Answer(status: status, headers: [.contentType: "application/json"], bytes: Array(body.utf8))

            #expect(throws: AnswerContract.Violation.self) { try contract.check(.get, "/health", answer) }
        }
    }

    @Test("the page names each operation, its permission and examples, and asks nobody else for anything")
    func page() async throws {
        try await withAPI { api in
            let page = try await api.get("/docs")
            let style = try await api.get("/docs/reference.css")

            #expect(page.status == .ok)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; style-src 'self'") == true)
            for expected in [
                "Create a token", "Needs manage-users", "/api/v1/analytics/chart/{metric}",
                "curl -s http://127.0.0.1:8080/api/v1/analytics -X POST", "The user is the workspace&#39;s last admin.",
            ] {
                #expect(page.text.contains(expected), "\(expected)")
            }
            #expect(!page.text.contains("{{"))
            #expect(!page.text.contains("<script"))
            #expect(!page.text.contains(" style="))
            #expect(page.text.matches(of: /(?:src|href)="(?!#|\/)/).isEmpty)
            #expect(style.headers[.contentType] == "text/css; charset=utf-8")
            #expect(!style.text.contains("url("))
        }
    }
}
