import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct EventStreamTests {
    private static let rule = #"""
        {"name": "Low", "metric_type": "revenue", "operator": "<", "threshold": 100, "severity": "critical"}
        """#
    private static let bad = #"{"metric_type": "revenue", "value": 80}"#

    /// An API that listens, with a rule that is broken by ``bad``.
    private func withRule(
        pace: EventHub.Pace = .init(), _ body: @escaping @Sendable (TestAPI, String) async throws -> Void
    ) async throws {
        var settings = API.Settings.unlimited()
        settings.eventPace = pace
        try await withAPI(isListening: true, settings: settings) { api in
            let token = try await api.register()
            let rule = try await api.send(.post, "/api/v1/alert-rules", token: token, json: Self.rule)
            #expect(rule.status == .created)
            try await body(api, token)
        }
    }

    @Test("who reads is told of alerts as they happen, and that the data has changed")
    func live() async throws {
        try await withRule { api, token in
            let reader = try await EventReader(api, token: token)
            #expect(try await reader.line() == "retry: 2000")

            let ingest = try await api.ingest(Self.bad, token: token)
            _ = try await api.send(.post, "/api/v1/alerts/1/read", token: token)
            _ = try await api.send(.post, "/api/v1/alerts/1/resolve", token: token)
            var events: [EventReader.Event] = []
            while events.count < 4, let event = try await reader.event() { events.append(event) }

            #expect(ingest.status == .created)
            #expect(
                events.filter { $0.id != nil }.map(\.type) == ["alert-triggered", "alert-updated", "alert-resolved"])
            #expect(events.compactMap(\.id) == [1, 2, 3])
            let data = try #require(events.first { $0.type == "data-ingested" }?.data)
            #expect(
                data
                    == #"{"type":"data-ingested","timestamp":"2026-11-23T10:00:00.000Z","data":{"workspace_id":1}}"#)
            let alert = try await api.get("/api/v1/alerts/1", token: token)
            let last = try #require(events.last { $0.id == 3 }?.data)
            let shown = try #require(alert.text.dropFirst(#"{"data":"#.count).dropLast() as Substring?)
            #expect(
                last == #"{"type":"alert-resolved","timestamp":"2026-11-23T10:00:00.000Z","data":\#(shown)}"#)
        }
    }

    @Test("who reads is told how far reports are, also without the right to see alerts")
    func reports() async throws {
        try await withRule { api, token in
            let viewer = try await api.join(as: .viewer)
            let reader = try await EventReader(api, token: viewer)

            _ = try await api.send(
                .post, "/api/v1/reports", token: token, json: #"{"name": "Sales", "type": "daily"}"#)
            _ = try await api.ingest(Self.bad, token: token)
            let queue = ReportQueue(database: api.database)
            let taken = try #require(try await queue.take(now: .t0))
            try await queue.complete(taken, files: [.pdf: [1, 2, 3]], digest: .fixture, now: .t0)
            var events: [EventReader.Event] = []
            while events.last?.type != "report-completed", let event = try await reader.event() {
                if event.id != nil { events.append(event) }
            }

            #expect(events.map(\.type) == ["report-updated", "report-updated", "report-completed"])
            let report = try await api.get("/api/v1/reports/1", token: viewer)
            let shown = try #require(report.text.dropFirst(#"{"data":"#.count).dropLast() as Substring?)
            #expect(
                events.last?.data
                    == #"{"type":"report-completed","timestamp":"2026-11-23T10:00:00.000Z","data":\#(shown)}"#)
        }
    }

    @Test("who was away is sent what happened since, and then goes on without a gap or a repetition")
    func catchUp() async throws {
        try await withRule { api, token in
            for _ in 0..<5 { _ = try await api.ingest(Self.bad, token: token) }

            let reader = try await EventReader(api, token: token, lastID: "2")
            let writers = Task {
                for _ in 0..<20 { _ = try await api.ingest(Self.bad, token: token) }
            }
            let found = try await reader.numbered(23)
            try await writers.value

            #expect(found.compactMap(\.id) == Array(3...25))
        }
    }

    @Test("everything is sent however much there is, more than a page and a buffer have")
    func much() async throws {
        try await withRule { api, token in
            try await api.database.write { connection in
                try connection.log(Array(repeating: .fixture(), count: 1_000), workspaceID: 1)
            }

            let reader = try await EventReader(api, token: token, lastID: "0")
            let found = try await reader.numbered(1_000)

            #expect(found.compactMap(\.id) == Array(1...1_000))
        }
    }

    @Test("who may not see alerts is told of data alone, and who may not see data of nothing")
    func permissions() async throws {
        try await withRule { api, token in
            let narrow = try await api.token(scopes: [.viewAnalytics])
            let without = try await EventReader(api, token: try await api.token(scopes: [.manageAlerts]))
            let reader = try await EventReader(api, token: narrow, lastID: "0")
            #expect(try await reader.event()?.type == "data-ingested")

            _ = try await api.ingest(Self.bad, token: token)

            #expect(without.status == 403)
            #expect(try await reader.event()?.type == "data-ingested")
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 800}"#, token: token)
            #expect(try await reader.event()?.type == "data-ingested")
            // What it missed is nothing that it may see, and then it goes on.
            let again = try await EventReader(api, token: narrow, lastID: "0")
            #expect(try await again.event()?.type == "data-ingested")
            _ = try await api.ingest(Self.bad, token: token)
            #expect(try await again.event()?.type == "data-ingested")
        }
    }

    @Test("nobody is told of another workspace's events")
    func isolation() async throws {
        try await withRule { api, token in
            let stranger = try await api.register(email: "stranger@example.com")
            let reader = try await EventReader(api, token: stranger)
            #expect(try await reader.line() == "retry: 2000")

            _ = try await api.ingest(Self.bad, token: token)
            _ = try await api.ingest(Self.bad, token: stranger)

            #expect(try await reader.event()?.data.contains(#""workspace_id":2"#) == true)
        }
    }

    @Test("many changes in a row are told at once, and once more when the pause is over")
    func pause() async throws {
        var pace = EventHub.Pace()
        pace.data = .milliseconds(300)
        try await withRule(pace: pace) { api, token in
            let reader = try await EventReader(api, token: token)
            #expect(try await reader.line() == "retry: 2000")
            let good = #"{"metric_type": "revenue", "value": 500}"#
            let start = ContinuousClock.now

            _ = try await api.ingest(good, token: token)
            #expect(try await reader.event()?.type == "data-ingested")
            let first = ContinuousClock.now - start
            for _ in 0..<10 { _ = try await api.ingest(good, token: token) }
            #expect(try await reader.event()?.type == "data-ingested")
            let second = ContinuousClock.now - start

            #expect(first < second)
            #expect(second >= .milliseconds(300))
        }
    }

    @Test("a stream without events shows that it is there")
    func heartbeat() async throws {
        var pace = EventHub.Pace()
        pace.heartbeat = .milliseconds(20)
        pace.check = .milliseconds(10)
        try await withRule(pace: pace) { api, token in
            let reader = try await EventReader(api, token: token)

            let lines = [try await reader.line(), try await reader.line(), try await reader.line()]

            #expect(lines == ["retry: 2000", "", ":"])
        }
    }

    @Test("a stream ends with its token: revoked, logged out, expired, or the user less than before")
    func ends() async throws {
        var pace = EventHub.Pace()
        pace.check = .milliseconds(10)
        try await withRule(pace: pace) { api, token in
            let loggedOut = try await api.token()
            let analyst = try await api.join(as: .analyst)
            let expiring = try await api.token(expiresAt: Instant.t0.advanced(bySeconds: 60))
            let readers = [
                try await EventReader(api, token: loggedOut), try await EventReader(api, token: analyst),
                try await EventReader(api, token: expiring),
            ]
            let stays = try await EventReader(api, token: token)

            _ = try await api.send(.post, "/api/v1/auth/logout", token: loggedOut)
            _ = try await api.send(.patch, "/api/v1/users/2", token: token, json: #"{"role": "viewer"}"#)
            api.clock.advance(seconds: 60)
            for reader in readers { while try await reader.line() != nil {} }
            _ = try await api.ingest(Self.bad, token: token)

            #expect(try await stays.numbered(1).map(\.type) == ["alert-triggered"])
        }
    }

    @Test(
        "the last event is named by a header or behind the question mark, and must be a number",
        arguments: ["x", "-1", "1.5", "9007199254740992"])
    func badID(text: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answers = [
                try await api.get("/api/v1/events?last_event_id=\(text)", token: token),
                try await api.get(
                    "/api/v1/events", token: token, headers: [try #require(HTTPField.Name("Last-Event-ID")): text]),
            ]

            for answer in answers {
                #expect(answer.status == .unprocessableContent)
                #expect((answer["errors"] as? [String: Any])?.keys.sorted() == ["last_event_id"])
            }
        }
    }
}
