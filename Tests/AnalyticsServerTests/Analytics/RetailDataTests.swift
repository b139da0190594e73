import AnalyticsCore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@Suite struct RetailDataTests {
    /// A year of a real shop's invoices, beside the checkout; not part of it.
    private static let path = URL(filePath: #filePath)
        .appending(path: "../../../../../shared/data/online-retail.csv").standardized.path(percentEncoded: false)
    private static let isThere = FileManager.default.isReadableFile(atPath: path)

    @Test(
        "a real shop's year is imported whole, and every question is answered to the penny",
        .enabled(if: isThere, "shared/data/online-retail.csv is not beside the checkout"), .timeLimit(.minutes(15)))
    func year() async throws {
        let file = try Data(contentsOf: URL(filePath: Self.path))
        // The day after its last.
        let clock = TestClock(Instant(milliseconds: 1_323_475_200_000))
        try await withBothAPIs(clock: clock) { clients, commands in
            let token = try await clients.register()
            let imported = try await commands.send(.put, "/operator/import", body: [UInt8](file))
            #expect(imported.text == #"{"data":{"id":1,"record_count":25700,"workspace":"Ada Lovelace's workspace"}}"#)

            try await checkList(clients, token: token)
            try await checkPeriods(clients, token: token)
            try await checkCategories(clients, token: token)
        }
    }

    @Test(
        "both engines give the same bytes",
        .enabled(if: isThere, "shared/data/online-retail.csv is not beside the checkout"),
        .enabled(if: TestDatabase.hasPostgres, "\(TestDatabase.noPostgres)"), .timeLimit(.minutes(15)))
    func engines() async throws {
        let file = [UInt8](try Data(contentsOf: URL(filePath: Self.path)))
        let clock = TestClock(Instant(milliseconds: 1_323_475_200_000))
        @Sendable func answers(_ engine: TestDatabase.Engine) async throws -> [String] {
            try await withBothAPIs(engine, clock: clock) { clients, commands in
                let token = try await clients.register()
                _ = try await commands.send(.put, "/operator/import", body: file)
                var answers: [String] = []
                for query in ["", "?period=7", "?from=2010-12-09&to=2011-12-09", "?from=2011-11-01&to=2011-11-30"] {
                    answers.append(try await clients.get("/api/v1/analytics/kpi" + query, token: token).text)
                    for metric in Metric.allCases {
                        let path = "/api/v1/analytics/chart/\(metric.rawValue)\(query)"
                        answers.append(try await clients.get(path, token: token).text)
                    }
                    answers.append(try await clients.get("/api/v1/analytics/categories" + query, token: token).text)
                }
                for query in ["?per_page=100", "?category=France&per_page=100", "?metric_type=users&page=20"] {
                    answers.append(try await clients.get("/api/v1/analytics" + query, token: token).text)
                }
                return answers
            }
        }

        let (sqlite, postgres) = (try await answers(.sqlite), try await answers(.postgres))

        #expect(sqlite.count == 39)
        for (one, other) in zip(sqlite, postgres) {
            #expect(one.hasPrefix("{\"data\":"))
            #expect(Array(one.utf8) == Array(other.utf8))
        }
        #expect(postgres.count == sqlite.count)
    }

    private func checkList(_ api: TestAPI, token: String) async throws {
        #expect(try await api.total(token: token) == 25_700)
        var revenue = Amount.zero
        var count = 0
        var next: String? = "/api/v1/analytics?metric_type=revenue&per_page=100"
        while let path = next {
            let answer = try await api.get(path, token: token)
            for match in answer.text.matches(of: /"value":([^,]+),/) {
                revenue = try #require(revenue.adding(try Amount(parsing: String(match.output.1))))
                count += 1
            }
            let cursor = answer.text.firstMatch(of: /"next_cursor":"([^"]+)"/)?.output.1
            next = cursor.map { "/api/v1/analytics?metric_type=revenue&per_page=100&cursor=\($0)" }
        }
        #expect(count == 23_841)
        #expect(revenue.description == "15140158.4")
    }

    private func checkPeriods(_ api: TestAPI, token: String) async throws {
        let periods = [
            ("from=2010-12-01&to=2011-12-01", "14492728.51", "19304", "16434"),
            ("from=2011-12-02&to=2011-12-09", "647429.89", "698", "602"),
        ]
        for (query, revenue, orders, users) in periods {
            let kpi = try await api.get("/api/v1/analytics/kpi?\(query)", token: token)
            for (metric, value) in [("revenue", revenue), ("orders", orders), ("users", users)] {
                #expect(kpi.text.contains(#""\#(metric)":{"value":\#(value),"#), "\(query)")

                let chart = try await api.get("/api/v1/analytics/chart/\(metric)?\(query)", token: token)
                let values = try #require(chart.text.firstMatch(of: /"data":\[([^\]]+)\]/)).output.1
                let amounts = try values.split(separator: ",").map { try Amount(parsing: String($0)) }
                #expect(Amount.sum(amounts)?.description == value, "\(query)")
            }
        }
        let lastWeek = try await api.get("/api/v1/analytics/kpi?from=2011-12-03&to=2011-12-09", token: token)
        #expect(
            lastWeek.text.contains(
                #""revenue":{"value":569594.4,"previous_value":460746.2,"change_percent":23.62,"trend":"up","#))
    }

    private func checkCategories(_ api: TestAPI, token: String) async throws {
        let answer = try await api.get("/api/v1/analytics/categories?from=2010-12-01&to=2011-12-01", token: token)
        let percentages = try #require(answer.text.firstMatch(of: /"data":\[([^\]]+)\]/)).output.1
        let amounts = try percentages.split(separator: ",").map { try Amount(parsing: String($0)) }
        #expect(amounts.count == 38)
        #expect(Amount.sum(amounts)?.description == "100")
        #expect(
            answer.text.hasPrefix(
                #"{"data":{"period":366,"total":14492728.51,"labels":["United Kingdom","Netherlands","EIRE","#))
        #expect(answer.text.contains(#"{"category":"United Kingdom","total":11847204.78,"percentage":81.75}"#))
    }
}
