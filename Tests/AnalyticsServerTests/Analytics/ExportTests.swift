import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@Suite struct ExportTests {
    private static let awkward = [
        "=1+2", "'=1", "''-x", "'plain", "+", "-", "@a", "a,b", "say \"hi\"", "two\nlines", "é", "#",
    ]

    @Test("what is exported as CSV and sent again as a batch is exported the same")
    func roundTrip() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let other = try await api.register(email: "bob@example.com", name: "Bob")
            let day = try #require(Day("2026-11-20"))
            try await api.store(
                Self.awkward.enumerated().map { index, text in
                    NewPoint(
                        metric: .revenue, value: Amount(tenThousandths: Int64(index) - 5), day: day,
                        category: Label(text), source: Label(Self.awkward[Self.awkward.count - 1 - index]),
                        externalID: index == 5 ? nil : Label(text))
                })

            let exported = try await api.get("/api/v1/analytics/export", token: token)
            let sent = try await api.send(
                .post, "/api/v1/analytics/batch", token: other,
                body: Array(exported.text.utf8), headers: [.contentType: "text/csv"])
            let again = try await api.get("/api/v1/analytics/export?format=csv", token: other)

            #expect(exported.status == .ok)
            #expect(exported.headers[.contentType] == "text/csv; charset=utf-8; header=present")
            #expect(exported.text.hasPrefix("metric_type,value,recorded_at,category,source,external_id\r\n"))
            #expect(exported.text.contains(",'=1+2,"))
            #expect(exported.text.contains(",''=1,"))
            #expect(exported.text.contains(",'plain,"))
            #expect(sent["data.accepted"] as? Int == Self.awkward.count)
            func lines(_ answer: Answer) -> [String] { answer.text.split(separator: "\r\n").map(String.init).sorted() }
            #expect(lines(again) == lines(exported))
        }
    }

    @Test("an export of several reads has every point once, in the order of the list, as the filter asks")
    func longExport() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let day = try #require(Day("2026-11-20"))
            try await api.store(
                (0..<2_500).map { index in
                    NewPoint(
                        metric: index % 5 == 0 ? .users : .revenue, value: Amount(tenThousandths: Int64(index)),
                        day: day.advanced(by: index % 3))
                })

            let all = try await api.get("/api/v1/analytics/export?format=ndjson", token: token)
            let users = try await api.get("/api/v1/analytics/export?format=ndjson&metric_type=users", token: token)
            let list = try await api.get("/api/v1/analytics?per_page=100&page=25", token: token)

            let lines = all.text.split(separator: "\n")
            #expect(lines.count == 2_500)
            #expect(Set(lines).count == 2_500)
            #expect(all.headers[.contentType] == "application/x-ndjson")
            #expect(list.text.hasPrefix(#"{"data":[\#(lines.suffix(100).joined(separator: ","))],"#))
            #expect(users.text.split(separator: "\n").count == 500)
        }
    }

    @Test("an export of nothing is a header, and one in an unknown form is refused")
    func edges() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let empty = try await api.get("/api/v1/analytics/export", token: token)
            let unknown = try await api.get("/api/v1/analytics/export?format=xml", token: token)

            #expect(empty.text == "metric_type,value,recorded_at,category,source,external_id\r\n")
            #expect(unknown.status == .unprocessableContent)
            #expect(unknown["message"] as? String == "The format field must be csv or ndjson.")
        }
    }

    @Test("an export has the points of its beginning, whatever is stored or becomes visible while it is read")
    func horizon() async throws {
        try await withAPI { api in
            let day = try #require(Day("2026-11-20"))
            func points(_ count: Int, day: Day) -> [NewPoint] {
                (0..<count).map { NewPoint(metric: .orders, value: Amount(tenThousandths: Int64($0)), day: day) }
            }
            _ = try await api.register()
            try await api.store(points(25, day: day))
            let imports = ImportStore(database: api.database)
            let hidden = try await imports.fixture(points(30, day: day.advanced(by: -1)))

            var export = PointStore(database: api.database).export(PointFilter(), workspaceID: 1, pageSize: 10)
            var read = try #require(try await export.next())
            _ = try await imports.complete(hidden, by: .operator, now: api.clock.now)
            try await api.store(points(40, day: day.advanced(by: -2)))
            while let page = try await export.next() { read += page }

            #expect(read.count == 25)
            #expect(Set(read.map(\.id)).count == 25)
            #expect(read.allSatisfy { $0.point.day == day })
            #expect(try await export.next() == nil)
        }
    }

    @Test(
        "an export is compressed for those who ask",
        arguments: [
            ("gzip", true), ("br, GZIP;q=0.5", true), ("*", true), ("x-gzip", true), ("gzip;q=0", false),
            ("*, gzip; q=0.0", false), ("br", false), ("", false),
        ])
    func compression(accepted: String, isCompressed: Bool) async throws {
        try await withAPI { api in
            let token = try await api.register()
            let day = try #require(Day("2026-11-20"))
            try await api.store(
                (0..<3_000).map { NewPoint(metric: .orders, value: Amount(tenThousandths: $0 * 7_919), day: day) })

            let plain = try await api.get("/api/v1/analytics/export", token: token)
            let answer = try await api.get(
                "/api/v1/analytics/export", token: token, headers: [.acceptEncoding: accepted])

            #expect(plain.headers[.contentEncoding] == nil)
            #expect(plain.headers[.vary]?.contains("Accept-Encoding") == true)
            #expect(answer.headers[.vary]?.contains("Accept-Encoding") == true)
            #expect(answer.headers[.contentEncoding] == (isCompressed ? "gzip" : nil))
            if isCompressed {
                #expect(answer.bytes.count * 3 < plain.bytes.count)
                #expect(try gunzip(answer.bytes) == plain.bytes)
            } else {
                #expect(answer.bytes == plain.bytes)
            }
        }
    }

    /// What gzip itself makes of it.
    private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString).gz")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        return Array(try ChildProcess.bytes(of: ["gzip", "-dc", file.path()]))
    }
}
