import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct BodyTests {
    private static let wrongType = refusal(
        "The body must be of the media type application/json.", "unsupported_media_type")
    private static let tooLarge = refusal("The body must not exceed 1048576 bytes.", "body_too_large")

    @Test("JSON is taken with parameters and in any case")
    func jsonTypes() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let types = [
                "application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8",
                "Application/JSON", "application/json ; charset=utf-8",
            ]
            for type in types {
                let answer = try await api.ingest(
                    #"{"metric_type": "users", "value": 1}"#, token: token, headers: [.contentType: type])

                #expect(answer.status == .created, "\(type)")
            }
        }
    }

    @Test("anything else is 415 unless the body is empty")
    func otherTypes() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let types = [
                "text/plain", "text/json", "application/x-www-form-urlencoded", "application/jsonp", "application/xml",
                "multipart/form-data; boundary=json", "text/plain; application/json", "json", "",
            ]
            for type in types {
                let answer = try await api.ingest(
                    #"{"metric_type": "users", "value": 1}"#, token: token, headers: [.contentType: type])
                let empty = try await api.ingest("", token: token, headers: [.contentType: type])

                #expect(answer.status == .unsupportedMediaType, "\(type)")
                #expect(answer.body == Self.wrongType, "\(type)")
                #expect(empty.status == .unprocessableContent, "\(type)")
            }
            #expect(try await api.total(token: token) == 0)
        }
    }

    @Test("a body of 1 MiB is taken and one byte more is 413")
    func size() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let point = #"{"metric_type": "users", "value": 1}"#
            let padding = String(repeating: " ", count: 1_048_576 - point.utf8.count)

            let full = try await api.ingest(padding + point, token: token)
            let larger = try await api.ingest(padding + " " + point, token: token)

            #expect(full.status == .created)
            #expect(larger.status == .contentTooLarge)
            #expect(larger.body == Self.tooLarge)
            #expect(try await api.total(token: token) == 1)
        }
    }

    @Test("a length that is only announced is enough for 413")
    func announcedSize() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.send(
                .post, "/api/v1/analytics", token: token,
                headers: [.contentType: "application/json", .contentLength: "1048577"])

            #expect(answer.status == .contentTooLarge)
            #expect(answer.body == Self.tooLarge)
        }
    }

    @Test("a body in chunks, whose length is not announced, is held to the same limits", .timeLimit(.patient))
    func chunkedBodies() async throws {
        try await withAPI(isListening: true) { api in
            let token = try await api.register()
            let port = try #require(api.port)
            let point = #"{"metric_type": "users", "value": 1}"#
            func post(_ chunks: [String], type: String?) async throws -> String {
                var request = "POST /api/v1/analytics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                request += "Authorization: Bearer \(token)\r\nTransfer-Encoding: chunked\r\n"
                if let type { request += "Content-Type: \(type)\r\n" }
                request += "\r\n"
                for chunk in chunks { request += String(chunk.utf8.count, radix: 16) + "\r\n" + chunk + "\r\n" }
                return try await RawExchange(port: port).send(request + "0\r\n\r\n")
            }
            let padding = String(repeating: " ", count: 65_536)

            let small = try await post(["{\"metric_type\": \"us", "ers\", \"value\": 1}"], type: "application/json")
            let large = try await post(Array(repeating: padding, count: 16) + [point], type: "application/json")
            let untyped = try await post([point], type: nil)
            let empty = try await post([], type: nil)

            #expect(small.hasPrefix("HTTP/1.1 201 "), "\(small)")
            #expect(large.hasPrefix("HTTP/1.1 413 "), "\(large)")
            #expect(large.contains("The body must not exceed 1048576 bytes."))
            #expect(untyped.hasPrefix("HTTP/1.1 415 "), "\(untyped)")
            #expect(empty.hasPrefix("HTTP/1.1 422 "), "\(empty)")
            #expect(try await api.total(token: token) == 1)
        }
    }
}
