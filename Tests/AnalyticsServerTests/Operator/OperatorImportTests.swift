import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct OperatorImportTests {
    private func send(_ api: TestAPI, _ csv: String, query: String = "") async throws -> Answer {
        try await api.send(
            .put, "/operator/import\(query)", body: Array(csv.utf8), headers: [.contentType: "text/csv"])
    }

    /// Expects that not a row of an import is left but, at most, that of no category without points.
    private func expectNothingStored(_ api: TestAPI, _ what: String = "") async throws {
        for rows in [
            "data_point", "data_import WHERE status <> 'failed'", "data_import_range", "data_import_day",
            "data_import_rollup", "daily_rollup",
            "daily_category_rollup", "category WHERE id > 0 OR point_count > 0",
        ] {
            #expect(
                try await api.number("SELECT COUNT(*) FROM \(SQL(trusted: rows))") == 0, "\(rows): \(what)")
        }
    }

    @Test("a file is there as a whole: its count, its totals, its categories")
    func wholeFile() async throws {
        try await withBothAPIs { clients, commands in
            let token = try await clients.register()
            let period = "from=2010-12-01&to=2011-01-09"
            let before = try await clients.get("/api/v1/analytics/kpi?\(period)", token: token)

            let answer = try await send(commands, GeneratedSales.csv)

            #expect(answer.status == .created)
            #expect(answer.text == #"{"data":{"id":1,"record_count":600,"workspace":"Ada Lovelace's workspace"}}"#)
            #expect(try await clients.total(token: token) == GeneratedSales.count)
            #expect(before.text.contains(#""revenue":{"value":0,"#))
            let kpi = try await clients.get("/api/v1/analytics/kpi?\(period)", token: token)
            #expect(
                kpi.text.contains(
                    #""revenue":{"value":47988,"previous_value":0,"change_percent":null,"trend":"up","#
                        + #""is_good":true,"unit":"USD","count":400}"#))
            #expect(kpi.text.contains(#""orders":{"value":400,"#))
            #expect(kpi.text.contains(#""users":{"value":439,"#))
            let categories = try await clients.get("/api/v1/analytics/categories?\(period)", token: token)
            #expect(
                categories.text == #"{"data":{"period":40,"total":47988,"#
                    + #""labels":["United Kingdom","France","EIRE","Australia"],"data":[49.99,30.01,20,0],"#
                    + #""categories":[{"category":"United Kingdom","total":23988,"percentage":49.99},"#
                    + #"{"category":"France","total":14400,"percentage":30.01},"#
                    + #"{"category":"EIRE","total":9600,"percentage":20},"#
                    + #"{"category":"Australia","total":0,"percentage":0}]}}"#)
            try await expectFinished(commands)
        }
    }

    private func expectFinished(_ api: TestAPI) async throws {
        #expect(try await api.number("SELECT COUNT(*) FROM data_import WHERE is_unsettled = 1") == 0)
        #expect(try await api.number("SELECT COUNT(*) FROM data_import_range") == 0)
        #expect(try await api.number("SELECT COUNT(*) FROM data_import_rollup") == 0)
    }

    @Test("a file of many transactions and more than 1 MiB is imported as it arrives")
    func largeFile() async throws {
        try await withBothAPIs { clients, commands in
            let token = try await clients.register()
            let source = String(repeating: "s", count: 100)
            let lines = (0..<9_000).map { "users,1,2026-11-\($0 % 20 + 1 < 10 ? "0" : "")\($0 % 20 + 1),,\(source)" }
            let csv = "metric_type,value,recorded_at,category,source\n" + lines.joined(separator: "\n")
            #expect(csv.utf8.count > 1_048_576)

            let answer = try await send(commands, csv)

            #expect(answer.text == #"{"data":{"id":1,"record_count":9000,"workspace":"Ada Lovelace's workspace"}}"#)
            #expect(try await clients.total(token: token) == 9_000)
            let chart = try await clients.get("/api/v1/analytics/chart/users?period=7", token: token)
            #expect(chart.text.contains(#""data":[450,450,450,450,0,0,0]"#))
            try await expectFinished(commands)
        }
    }

    @Test("with last_day the file's days move so that its last one is today")
    func shifted() async throws {
        try await withBothAPIs { clients, commands in
            let token = try await clients.register()

            let answer = try await send(commands, GeneratedSales.csv, query: "?last_day=\(GeneratedSales.lastDay)")

            #expect(answer.status == .created)
            let newest = try await clients.get("/api/v1/analytics?per_page=1", token: token)
            let oldest = try await clients.get("/api/v1/analytics?per_page=1&page=600", token: token)
            let kpi = try await clients.get("/api/v1/analytics/kpi", token: token)
            #expect(newest["data.0.recorded_at"] as? String == "2026-11-23")
            #expect(oldest["data.0.recorded_at"] as? String == "2026-10-15")
            #expect(kpi.text.contains(#""revenue":{"value":8392.65,"#))
        }
    }

    @Test("bad lines are named by number and field, and nothing is stored")
    func badLines() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture()
            let csv = """
                metric_type,value,recorded_at,category,source
                revenue,1,2026-11-22,Books,web
                revenue,abc,2026-11-22,Books,web

                revenue,1,2026-11-22
                sales,0.00001,2026-02-30,,
                "revenue",1,2026-11-25,"two
                lines",
                revenue,,2026-11-22,,
                """

            let answer = try await send(api, csv)

            #expect(answer.status == .unprocessableContent)
            #expect(
                answer.body == #"{"message":"The value field must be a number. (and 6 more errors)","#
                    + #""code":"validation_failed","errors":{"#
                    + #""lines.3.value":["The value field must be a number."],"#
                    + #""lines.5":["The line has 3 fields, the header 5."],"#
                    + #""lines.6.metric_type":["The selected metric type is invalid."],"#
                    + #""lines.6.value":["The value field must have 0-4 decimal places."],"#
                    + #""lines.6.recorded_at":["The recorded at field must match the format Y-m-d."],"#
                    + #""lines.7.recorded_at":["The recorded at field must be a date before or equal to 2026-11-24."],"#
                    + #""lines.9.value":["The value field is required."]},"request_id":"ID"}"#)
            try await expectNothingStored(api)
        }
    }

    @Test("a bad line behind thousands of good ones takes them all back")
    func lateFault() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture()
            let good = String(repeating: "orders,1,2026-11-01,Books,web\n", count: 9_000)

            let answer = try await send(api, "metric_type,value,recorded_at,category,source\n\(good)orders,x,,,\n")

            #expect(answer.body == fault("lines.9002.value", "The value field must be a number."))
            try await expectNothingStored(api)
        }
    }

    @Test("a category too many is named by its line, and a day's total out of range is refused")
    func unstorableLines() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture()
            let header = "metric_type,value,recorded_at,category\n"
            let many = (0...1000).map { "orders,1,2026-11-01,c\($0)\n" }.joined()
            let large = String(repeating: "revenue,99999999999.9999,2026-11-01,\n", count: 9_224)

            let categories = try await send(api, header + many)
            try await expectNothingStored(api, "categories")
            let total = try await send(api, header + large)
            try await expectNothingStored(api, "total")

            #expect(
                categories.body
                    == fault(
                        "lines.1002.category",
                        "The category field must not name more than 1000 different categories of a metric."))
            #expect(total.status == .unprocessableContent)
            #expect(
                total["message"] as? String
                    == "The value field must not take the day's total beyond ±922337203685477.5807.")
        }
    }

    @Test("of more than a hundred faults a hundred are named and the rest is counted")
    func manyFaults() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture()

            let answer = try await send(
                api, "metric_type,value\n" + String(repeating: "orders,x\n", count: 150))

            let errors = try #require(answer["errors"] as? [String: [String]])
            #expect(answer.status == .unprocessableContent)
            #expect(answer["message"] as? String == "The value field must be a number. (and 100 more errors)")
            #expect(errors.count == 101)
            #expect(errors["lines.2.value"] == ["The value field must be a number."])
            #expect(errors["lines.101.value"] == ["The value field must be a number."])
            #expect(errors["lines.102.value"] == nil)
            #expect(errors["lines"] == ["There are 50 more faults."])
            try await expectNothingStored(api)
        }
    }

    @Test("a file without data, with a wrong header or that is no CSV is refused")
    func uselessFiles() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture()
            let columns = "Allowed are metric_type, value, recorded_at, category, source, external_id."
            let long = String(repeating: "x", count: 65_537)
            let cases = [
                ("", fault("lines.1", "The file has no data.")),
                ("\n\r\n", fault("lines.1", "The file has no data.")),
                ("metric_type,value\n", fault("lines.1", "The file has no data.")),
                ("\u{FEFF}metric_type,value\r\n\r\n", fault("lines.1", "The file has no data.")),
                ("metric_type,value,price\nx\ny\n", fault("lines.1", #"The column \"price\" is unknown. \#(columns)"#)),
                (
                    "metric_type,value\norders,1\n\"orders,2\n",
                    fault("lines.3", "A quotation mark is opened and never closed.")
                ),
                (
                    "metric_type,value\norders,\"1\"2\n",
                    fault("lines.2", "Something follows a closing quotation mark.")
                ),
                ("metric_type,value\norders,\(long)\n", fault("lines.2", "A record has more than 65536 bytes.")),
            ]
            for (csv, expected) in cases {
                let answer = try await send(api, csv)

                #expect(answer.status == .unprocessableContent, "\(csv.prefix(40))")
                #expect(answer.body == expected, "\(csv.prefix(40))")
            }
            try await expectNothingStored(api)
        }
    }

    @Test("a file that is not UTF-8 is refused by line and field")
    func notUTF8() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture()

            let answer = try await api.send(
                .put, "/operator/import",
                body: Array("metric_type,value,category\norders,1,caf".utf8) + [0xE9, 0x0A])

            #expect(answer.body == fault("lines.2.category", "The category field is not valid UTF-8."))
            try await expectNothingStored(api)
        }
    }

    @Test("the workspace is the only one, or that of the id or name given")
    func workspaces() async throws {
        try await withAPI(isOperator: true) { api in
            let csv = "metric_type,value\norders,1\n"
            let accounts = AccountStore(database: api.database)

            let none = try await send(api, csv)
            _ = try await accounts.fixture(email: "a@example.com", workspace: "Books & more")
            _ = try await accounts.fixture(email: "b@example.com", workspace: "Other")
            let several = try await send(api, csv)
            let named = try await send(api, csv, query: "?workspace=Books%20%26+more")
            let numbered = try await send(api, csv, query: "?workspace=2")
            let unknown = try await send(api, csv, query: "?workspace=Third")
            let badDay = try await send(api, csv, query: "?workspace=2&last_day=yesterday")

            #expect(
                none.body == fault("workspace", "There is no workspace yet. Make one with: analyticspro user create"))
            #expect(
                several.body
                    == fault(
                        "workspace",
                        "There are several workspaces. Name one by its id or exact name with --workspace."))
            #expect(named.text == #"{"data":{"id":1,"record_count":1,"workspace":"Books & more"}}"#)
            #expect(numbered.text == #"{"data":{"id":2,"record_count":1,"workspace":"Other"}}"#)
            #expect(
                unknown.body == fault("workspace", #"No workspace has the id or the exact name \"Third\"."#))
            #expect(badDay.body == fault("last_day", "The last day field must match the format Y-m-d."))
            #expect(try await api.number("SELECT COUNT(*) FROM data_point WHERE workspace_id = 1") == 1)
            #expect(try await api.number("SELECT COUNT(*) FROM data_point WHERE workspace_id = 2") == 1)
        }
    }
}
