import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@Suite struct ErrorTests {
    @Test("a path that is no route's is 404 and named, with or without a token")
    func unknownRoutes() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let cases: [(HTTPRequest.Method, String, String)] = [
                (.get, "/api/v1/nothing", "The route api/v1/nothing could not be found."),
                (.post, "/api/v1/nothing?page=1", "The route api/v1/nothing could not be found."),
                (.options, "/api/v1/analytics/kpi/more", "The route api/v1/analytics/kpi/more could not be found."),
                (.get, "/api/v1/x/", "The route api/v1/x could not be found."),
                (.get, "/API/V1/analytics", "The route API/V1/analytics could not be found."),
                (.get, "/api/v2/analytics", "The route api/v2/analytics could not be found."),
            ]
            for (method, path, message) in cases {
                for token in [token, nil] {
                    let answer = try await api.send(method, path, token: token)

                    #expect(answer.status == .notFound, "\(method) \(path)")
                    #expect(answer.body == refusal(message, "not_found"))
                    #expect(answer.headers[.contentType] == "application/json")
                }
            }
        }
    }

    @Test("a path is shown as JSON text, whatever is in it")
    func hostilePath() async throws {
        try await withAPI { api in
            let answer = try await api.get(#"/api/v1/"x\y"#)

            #expect(answer.status == .notFound)
            #expect(answer["message"] as? String == #"The route api/v1/"x\y could not be found."#)
        }
    }

    @Test("a method that a path has not is 405, names those it has, and needs no token")
    func wrongMethods() async throws {
        try await withAPI { api in
            let cases: [(HTTPRequest.Method, String, String)] = [
                (.delete, "api/v1/analytics", "GET, HEAD, POST"),
                (.put, "api/v1/analytics/kpi", "GET, HEAD"),
                (.post, "api/v1/analytics/chart/revenue", "GET, HEAD"),
                (.patch, "api/v1/analytics/categories", "GET, HEAD"),
                (.get, "api/v1/auth/login", "POST"),
                (.delete, "api/v1/auth/register", "POST"),
                (.get, "api/v1/auth/logout", "POST"),
                (.post, "api/v1/auth/me", "GET, HEAD, PATCH"),
                (.post, "health", "GET, HEAD"),
            ]
            for (method, path, allowed) in cases {
                let answer = try await api.send(method, "/" + path, json: "{")

                let message =
                    "The \(method) method is not supported for route \(path). Supported methods: \(allowed)."
                #expect(answer.status == .methodNotAllowed, "\(method) \(path)")
                #expect(answer.headers[.allow] == allowed)
                #expect(answer.body == refusal(message, "method_not_allowed"))
            }
            let head = try await api.send(.head, "/api/v1/auth/login")
            #expect(head.status == .methodNotAllowed)
            #expect(head.text.isEmpty)
        }
    }

    @Test("OPTIONS is 200 and says which methods a path has")
    func options() async throws {
        try await withAPI { api in
            let list = try await api.send(.options, "/api/v1/analytics")
            let chart = try await api.send(.options, "/api/v1/analytics/chart/anything")
            let login = try await api.send(.options, "/api/v1/auth/login")

            #expect([list, chart, login].map(\.status) == [.ok, .ok, .ok])
            #expect([list, chart, login].map { $0.headers[.allow] } == ["GET, HEAD, POST", "GET, HEAD", "POST"])
        }
    }

    @Test("HEAD has the status and header fields of GET and no body")
    func head() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let paths = [
                "/health", "/api/v1/auth/me", "/api/v1/analytics", "/api/v1/analytics?per_page=0",
                "/api/v1/analytics/kpi", "/api/v1/analytics/chart/revenue", "/api/v1/analytics/chart/sales",
                "/api/v1/analytics/categories", "/nothing",
            ]
            for path in paths {
                let get = try await api.get(path, token: token)
                let head = try await api.send(.head, path, token: token)

                #expect(head.status == get.status, "\(path)")
                #expect(head.text.isEmpty, "\(path)")
                #expect(head.headers[.contentType] == "application/json", "\(path)")
                #expect(head.headers[.contentLength] == String(get.text.utf8.count), "\(path)")
                #expect(head.headers[.eTag] == get.headers[.eTag], "\(path)")
            }
            let refused = try await api.send(.head, "/api/v1/auth/me")
            #expect(refused.status == .unauthorized)
            #expect(refused.text.isEmpty)
        }
    }

    @Test("an error has message, code and request_id, and only beside a reason errors or required")
    func members() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let narrow = try await api.token(scopes: [.viewReports])
            let plain = ["code", "message", "request_id"]

            let notFound = try await api.get("/nothing")
            let wrongMethod = try await api.send(.put, "/health")
            let nobody = try await api.get("/api/v1/auth/me")
            let malformed = try await api.ingest("{", token: token)
            let wrongType = try await api.ingest("{}", token: token, headers: [.contentType: "text/plain"])
            let forbidden = try await api.ingest("{}", token: narrow)
            let invalid = try await api.ingest("{}", token: token)

            for answer in [notFound, wrongMethod, nobody, malformed, wrongType] {
                #expect(answer.members == plain, "\(answer.text)")
            }
            #expect(forbidden.members == ["code", "message", "request_id", "required"])
            #expect(invalid.members == ["code", "errors", "message", "request_id"])
        }
    }

    @Test("every answer has a request id of its own")
    func requestIDs() async throws {
        try await withAPI { api in
            var ids: Set<String> = []
            for _ in 0..<10 {
                ids.insert(try #require(try await api.get("/nothing")["request_id"] as? String))
            }

            #expect(ids.count == 10)
        }
    }

    @Test("the answer is JSON whatever Accept says")
    func accept() async throws {
        try await withAPI { api in
            for accept in ["text/html", "application/xml;q=1", "*/*", "nonsense"] {
                let answer = try await api.get("/api/v1/auth/me", headers: [.accept: accept])

                #expect(answer.headers[.contentType] == "application/json")
                #expect(answer.body == unauthenticated)
            }
        }
    }

    @Test("a failure of ours is 500 and says nothing of its cause, which is in the log beside the request's id")
    func serverError() async throws {
        let log = RecordedLog()
        try await withAPI(logger: log.logger) { api in
            let token = try await api.register()
            try await api.execute("DROP TABLE data_point")

            let list = try await api.get("/api/v1/analytics?metric_type=revenue&source=x", token: token)
            let ingest = try await api.ingest(#"{"metric_type": "revenue", "value": 1}"#, token: token)

            for answer in [list, ingest] {
                #expect(answer.status == .internalServerError)
                #expect(answer.body == refusal("Server Error", "server_error"))
                #expect(!answer.text.contains("data_point"))
                let id = try #require(answer["request_id"] as? String)
                let lines = log.lines.filter { $0.contains(id) && $0.hasPrefix("error: A request failed") }
                #expect(lines.count == 1)
                #expect(lines.first?.contains("data_point") == true)
            }
        }
    }

    @Test("a full disk is 503 with Retry-After, and nothing that was acknowledged is lost")
    func fullDisk() async throws {
        try await withAPI(.sqlite) { api in
            let token = try await api.register()
            let source = String(repeating: "🜨", count: 100)
            let point = #"{"metric_type": "revenue", "value": 1, "source": "\#(source)"}"#
            try await api.execute("PRAGMA max_page_count = 1")

            var accepted = 0
            var answer = try await api.ingest(point, token: token)
            while answer.status == .created, accepted < 500 {
                accepted += 1
                answer = try await api.ingest(point, token: token)
            }

            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers[.retryAfter] == "1")
            #expect(answer.body == refusal("The data cannot be written now. Try again soon.", "unavailable"))
            #expect(try await api.total(token: token) == accepted)

            try await api.execute("PRAGMA max_page_count = 1000000")
            #expect(try await api.ingest(point, token: token).status == .created)
            #expect(try await api.total(token: token) == accepted + 1)
        }
    }

    @Test("a request that was cancelled is 503 with Retry-After, of unknown outcome where it writes, and is logged")
    func cancelled() async throws {
        let log = RecordedLog()
        // PostgreSQL is asked to give up, and may have answered by then.
        try await withAPI(.sqlite, logger: log.logger) { api in
            let token = try await api.register()
            let requests: [(String, String?)] = [
                ("/api/v1/analytics/kpi", nil),
                ("/api/v1/auth/login", #"{"email": "ada@example.com", "password": "correct horse"}"#),
                (
                    "/api/v1/alert-rules",
                    #"""
                    {"name": "Low", "metric_type": "revenue", "operator": "<", "threshold": 1, "severity": "info"}
                    """#
                ),
            ]
            for (path, body) in requests {
                let request = Task {
                    // Before its first step.
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await api.send(body == nil ? .get : .post, path, token: token, json: body)
                }
                let answer = try await request.value

                #expect(answer.status == .serviceUnavailable, "\(path)")
                #expect(answer.headers[.retryAfter] == "1", "\(path)")
                #expect(answer["code"] as? String == (body == nil ? "unavailable" : "outcome_unknown"), "\(path)")
                let id = try #require(answer["request_id"] as? String)
                let line = log.lines.first { $0.contains(id) && $0.hasPrefix("warning: A request was cancelled") }
                #expect(line?.contains("path=\(path)") == true, "\(path)")
            }
        }
    }
}
