import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct ExternalIDRouteTests {
    private let batchPath = "/api/v1/analytics/batch"

    @Test("a running total sent every hour counts once, and its former values stand in the audit log")
    func runningTotal() async throws {
        try await withAPI { api in
            let token = try await api.register()
            func send(_ value: Int) async throws -> Answer {
                try await api.ingest(
                    #"{"metric_type": "orders", "value": \#(value), "external_id": "orders-today"}"#, token: token)
            }

            let first = try await send(5)
            api.clock.advance(seconds: 3_600)
            let second = try await send(8)
            let same = try await send(8)
            let kpi = try await api.get("/api/v1/analytics/kpi", token: token)
            let list = try await api.get("/api/v1/analytics", token: token)
            let log = try await api.get("/api/v1/audit-log", token: token)

            #expect([first.status, second.status, same.status] == [.created, .ok, .ok])
            #expect(second["data.id"] as? Int == first["data.id"] as? Int)
            #expect(second["data.created_at"] as? String == first["data.created_at"] as? String)
            #expect(second["data.updated_at"] as? String == "2026-11-23T11:00:00.000Z")
            #expect(second["data.external_id"] as? String == "orders-today")
            #expect(same.text == second.text)
            #expect(kpi.text.contains(#""orders":{"value":8,"#))
            #expect(list["meta.total"] as? Int == 1)
            #expect(log.text.ranges(of: "record.corrected").count == 1)
            #expect(log.text.contains(#""name":"Ada Lovelace""#))
        }
    }

    @Test("a repeated request with the same Idempotency-Key has the status that it had")
    func idempotency() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let body = #"{"metric_type": "orders", "value": 5, "external_id": "x"}"#
            _ = try await api.ingest(body, token: token)

            let first = try await api.ingest(body, token: token, headers: [.idempotencyKey: "k"])
            let replay = try await api.ingest(body, token: token, headers: [.idempotencyKey: "k"])

            #expect(first.status == .ok)
            #expect(replay.status == .ok)
            #expect(replay.text == first.text)
        }
    }

    @Test("a batch replaces and adds; an external id that is there twice refuses all of it")
    func batch() async throws {
        try await withAPI { api in
            let token = try await api.register()
            func send(_ csv: String) async throws -> Answer {
                try await api.send(
                    .post, batchPath, token: token, body: Array("metric_type,value,external_id\n\(csv)".utf8),
                    headers: [.contentType: "text/csv"])
            }

            let first = try await send("orders,1,a\norders,2,b")
            let mixed = try await send("orders,10,b\norders,3,c\norders,4,")
            let replacing = try await send("orders,20,a\norders,30,c")
            let twice = try await send("orders,1,d\nusers,1,d\norders,2,d")
            let tooLong = try await send("orders,1,\(String(repeating: "x", count: 101))")
            let kpi = try await api.get("/api/v1/analytics/kpi", token: token)

            #expect([first.status, mixed.status, replacing.status] == [.created, .created, .ok])
            #expect(mixed["data.accepted"] as? Int == 3)
            #expect(mixed["data.first_id"] as? Int == first["data.last_id"] as? Int)
            #expect(twice.status == .unprocessableContent)
            #expect(
                twice.text.contains(#""lines.4.external_id":["The external id field has a duplicate value."]"#))
            #expect(
                tooLong.text.contains("The external id field must not be greater than 100 characters."))
            #expect(kpi.text.contains(#""orders":{"value":64,"#))
            #expect(try await api.total(token: token) == 4)
        }
    }

    @Test("while an import is under way its external ids are nobody else's")
    func heldByImport() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let imports = ImportStore(database: api.database)
            let key = try await imports.fixture([.fixture(.orders, externalID: "x")], workspaceID: 1)

            let answer = try await api.ingest(
                #"{"metric_type": "orders", "value": 5, "external_id": "x"}"#, token: token)

            #expect(answer.status == .conflict)
            #expect(
                answer["message"] as? String
                    == "Import \(key.id), which is under way, has the external id x. "
                    + "Try again when it is complete, or delete it.")
        }
    }
}
