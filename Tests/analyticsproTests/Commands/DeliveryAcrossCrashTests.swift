import AnalyticsTesting
import Foundation
import Testing

@Suite(.timeLimit(.patient)) struct DeliveryAcrossCrashTests {
    private static let count = 12

    @Test("after a crash in the middle of deliveries all arrive, and none of them again that was confirmed")
    func crash() async throws {
        try await Receiver.with { receiver, hook in
            try await withDatabaseURL { database in
                let environment = ["WEBHOOK_ALLOW": "127.0.0.0/8"]
                let first = try await RunningServer.start(database: database, environment: environment)
                let caller = try await Caller(url: first.url).registered()
                let channel = try await caller.post(
                    "/api/v1/channels", #"{"name": "Hook", "kind": "webhook", "url": "\#(hook)"}"#)
                #expect(channel.status == 201)
                for number in 0..<Self.count {
                    let rule = try await caller.post(
                        "/api/v1/alert-rules",
                        """
                        {"name": "Rule \(number)", "metric_type": "revenue", "operator": "<", "threshold": 0, \
                        "severity": "warning", "category": "till-\(number)"}
                        """)
                    #expect(rule.status == 201)
                }

                // Confirmed, refused, without an answer, and what had not begun.
                receiver.reply(.status(204), .status(204), .status(500), .silence, .silence, .silence)
                for number in 0..<Self.count {
                    let point = try await caller.post(
                        "/api/v1/analytics",
                        #"{"metric_type": "revenue", "value": -1, "category": "till-\#(number)"}"#)
                    #expect(point["alerts.0.rule.name"] as? String == "Rule \(number)")
                }
                var arrivals = receiver.arrivals.makeAsyncIterator()
                var ids: [String] = []
                while ids.count < 6, let message = await arrivals.next() { ids.append(try id(of: message)) }
                await first.kill()
                receiver.goOn()
                try await expireLeases(in: database)
                let second = try await RunningServer.start(database: database, environment: environment)
                while Set(ids).count < Self.count, let message = await arrivals.next() {
                    ids.append(try id(of: message))
                }
                // Those that were under way come again.
                let deliveries = try await settled(Caller(url: second.url, token: caller.token), channel: channel)
                await second.kill()

                #expect(deliveries == Array(repeating: "delivered", count: Self.count))
                let times = Dictionary(grouping: receiver.messages.compactMap { $0.headers["webhook-id"] }) { $0 }
                #expect(times.count == Self.count)
                for confirmed in ids.prefix(2) { #expect(times[confirmed]?.count == 1) }
            }
        }
    }

    private func id(of message: Receiver.Message) throws -> String {
        try #require(message.headers["webhook-id"])
    }

    /// The states of a channel's deliveries, once none of them waits.
    private func settled(_ caller: Caller, channel: Caller.Answer) async throws -> [String] {
        let id = try #require(channel["data.id"] as? Int)
        while true {
            let answer = try await caller.get("/api/v1/channels/\(id)/deliveries?per_page=100")
            let states = try #require(answer["data"] as? [[String: Any]]).compactMap { $0["status"] as? String }
            if !states.contains("pending") { return states }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
