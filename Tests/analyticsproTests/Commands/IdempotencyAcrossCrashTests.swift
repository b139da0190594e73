import AnalyticsTesting
import Foundation
import Testing

@Suite struct IdempotencyAcrossCrashTests {
    private let point = #"{"metric_type": "orders", "value": 3}"#

    @Test("a request repeated after a crash has the first answer and no second effect", .timeLimit(.patient))
    func crash() async throws {
        try await withDatabaseURL { database in
            let first = try await RunningServer.start(database: database)
            let caller = try await Caller(url: first.url).registered()
            let answer = try await caller.post("/api/v1/analytics", point, headers: ["Idempotency-Key": "till-7"])
            #expect(answer.status == 201)

            await first.kill()
            let second = try await RunningServer.start(database: database)
            let again = Caller(url: second.url, token: caller.token)
            let repeated = try await again.post("/api/v1/analytics", point, headers: ["Idempotency-Key": "till-7"])
            let list = try await again.get("/api/v1/analytics")
            await second.kill()

            #expect(repeated.status == 201)
            #expect(repeated.text == answer.text)
            #expect(list["meta.total"] as? Int == 1)
        }
    }

    @Test(
        "clients that repeat every request that was cut off store each of their points once", .timeLimit(.patient))
    func clients() async throws {
        try await withDatabaseURL { database in
            var server = try await RunningServer.start(database: database)
            let token = try await Caller(url: server.url).registered().token
            var unanswered = Set(0..<400)

            for round in 0..<6 {
                let caller = Caller(url: server.url, token: token)
                let isLast = round == 5
                let answered = await withTaskGroup(of: Int?.self) { group in
                    for number in unanswered {
                        group.addTask {
                            let answer = try? await caller.post(
                                "/api/v1/analytics", point, headers: ["Idempotency-Key": "point-\(number)"])
                            return answer?.status == 201 ? number : nil
                        }
                    }
                    var answered: Set<Int> = []
                    for await number in group {
                        if let number { answered.insert(number) }
                        if !isLast, answered.count == 40 {
                            await server.kill()
                            group.cancelAll()
                        }
                    }
                    return answered
                }
                unanswered.subtract(answered)
                if !isLast {
                    await server.kill()
                    server = try await RunningServer.start(database: database)
                }
            }
            let list = try await Caller(url: server.url, token: token).get("/api/v1/analytics?per_page=1")
            await server.kill()

            #expect(unanswered.isEmpty)
            #expect(list["meta.total"] as? Int == 400)
        }
    }
}
