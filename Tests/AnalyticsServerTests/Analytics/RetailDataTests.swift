import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Logging
import Testing

@Suite struct RetailDataTests {
    /// A year of a real shop's invoices, beside the checkout; not part of it.
    private static let path = URL(filePath: #filePath)
        .appending(path: "../../../../../shared/data/online-retail.csv").standardized.path(percentEncoded: false)
    private static let isThere = FileManager.default.isReadableFile(atPath: path)

    @Test(
        "a real shop's year is imported whole, and every question is answered to the penny",
        .enabled(if: isThere, "shared/data/online-retail.csv is not beside the checkout"), .timeLimit(.patient))
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
            try await checkReport(clients, token: token)
        }
    }

    @Test(
        "both engines give the same bytes",
        .enabled(if: isThere, "shared/data/online-retail.csv is not beside the checkout"),
        .enabled(if: TestDatabase.hasPostgres, "\(TestDatabase.noPostgres)"), .timeLimit(.patient))
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

    /// Holds a report's three forms against what the API says of the same days.
    private func checkReport(_ api: TestAPI, token: String) async throws {
        let days = "from=2011-11-10&to=2011-12-09"
        let created = try await api.send(
            .post, "/api/v1/reports", token: token,
            json: #"{"name": "Retail", "type": "monthly", "scheduled_at": "2011-12-09T18:00:00Z"}"#)
        #expect(created["data.period_from"] as? String == "2011-11-10")
        try await MakeReports(
            queue: ReportQueue(database: api.database), logger: Logger(label: "reports"), now: { api.clock.now }
        ).run()
        func download(_ format: String) async throws -> Answer {
            try await api.get("/api/v1/reports/1/download?format=\(format)", token: token)
        }
        let csv = try await download("csv").text.split(separator: "\r\n").map(String.init)
        let html = try await download("html").text
        let pdf = ReportText.isAvailable ? try ReportText(try await download("pdf").bytes).words : nil
        func expectShown(_ text: String) {
            #expect(html.contains(text), "\(text)")
            if let pdf { #expect(pdf.contains(text), "\(text)") }
        }

        let kpi = try await api.get("/api/v1/analytics/kpi?\(days)", token: token).text
        for (metric, unit) in [("revenue", "USD"), ("orders", ""), ("users", "")] {
            let part = try #require(
                try Regex(
                    #""\#(metric)":\{"value":([^,]+),"previous_value":([^,]+),"#,
                    as: (Substring, Substring, Substring).self
                )
                .firstMatch(in: kpi))
            let (value, previous) = (String(part.output.1), String(part.output.2))
            #expect(csv.contains { $0.hasPrefix("kpi,\(metric),,,\(value),\(previous),") }, "\(metric)")
            expectShown(try grouped(value, unit))
            expectShown(try grouped(previous, unit))
        }
        let categories = try await api.get("/api/v1/analytics/categories?\(days)", token: token).text
        var count = 0
        for match in categories.matches(of: /"category":"([^"]+)","total":([^,]+),"percentage":([^}]+)}/) {
            let (name, total, percentage) = (match.output.1, String(match.output.2), match.output.3)
            let row = csv.first { $0.hasPrefix("category,revenue,\(name),,\(total),") }
            #expect(row?.hasSuffix(",\(percentage)") == true, "\(name)")
            expectShown(String(name))
            expectShown(try grouped(total, "USD"))
            count += 1
        }
        #expect(count == 27)
    }

    /// An amount as people write it: at least two decimals of money, thousands apart.
    private func grouped(_ amount: String, _ unit: String) throws -> String {
        let parts = amount.split(separator: ".")
        var digits = try #require(parts.first).drop { $0 == "-" }
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        groups.insert(digits, at: 0)
        let whole = (amount.hasPrefix("-") ? "−" : "") + groups.joined(separator: ",")
        guard !unit.isEmpty else { return whole }
        let decimals = (parts.count > 1 ? String(parts[1]) : "").padding(toLength: 2, withPad: "0", startingAt: 0)
        return "\(whole).\(decimals) \(unit)"
    }
}
