import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct ListTests {
    private static let path = "http://localhost/api/v1/analytics"

    private static func record(_ number: Int, _ id: Int) -> String {
        #"{"id":\#(id),"metric_type":"revenue","value":\#(number),"recorded_at":"2026-11-23","category":null,"#
            + #""source":null,"external_id":null,"created_at":"2026-11-23T10:00:00.000Z","#
            + #""updated_at":"2026-11-23T10:00:00.000Z"}"#
    }

    private static let records = (1...3).map { record($0, 2_855_981_453_148_160 + $0) }

    @Test("a list without anything in it has one page")
    func empty() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.get("/api/v1/analytics", token: token)

            #expect(answer.status == .ok)
            #expect(
                answer.text == #"{"data":[],"links":{"first":"\#(Self.path)?page=1","last":"\#(Self.path)?page=1","#
                    + #""prev":null,"next":null},"meta":{"current_page":1,"from":null,"to":null,"last_page":1,"#
                    + #""per_page":30,"total":0,"path":"\#(Self.path)","next_cursor":null}}"#)
        }
    }

    @Test("pages have links to their neighbours, and say what part of the list they are")
    func pages() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([.fixture(.revenue, "1"), .fixture(.revenue, "2"), .fixture(.revenue, "3")])

            let first = try await api.get("/api/v1/analytics?per_page=2", token: token)
            let second = try await api.get("/api/v1/analytics?page=2&per_page=2", token: token)

            #expect(
                first.text == #"{"data":[\#(Self.records[2]),\#(Self.records[1])],"#
                    + #""links":{"first":"\#(Self.path)?per_page=2&page=1","last":"\#(Self.path)?per_page=2&page=2","#
                    + #""prev":null,"next":"\#(Self.path)?per_page=2&page=2"},"#
                    + #""meta":{"current_page":1,"from":1,"to":2,"last_page":2,"per_page":2,"total":3,"#
                    + #""path":"\#(Self.path)","next_cursor":"AAolgAAAAAI"}}"#)
            #expect(
                second.text == #"{"data":[\#(Self.records[0])],"#
                    + #""links":{"first":"\#(Self.path)?per_page=2&page=1","last":"\#(Self.path)?per_page=2&page=2","#
                    + #""prev":"\#(Self.path)?per_page=2&page=1","next":null},"#
                    + #""meta":{"current_page":2,"from":3,"to":3,"last_page":2,"per_page":2,"total":3,"#
                    + #""path":"\#(Self.path)","next_cursor":null}}"#)
        }
    }

    @Test("behind a cursor there is no page number, and the next link goes on by cursor")
    func cursor() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([.fixture(.revenue, "1"), .fixture(.revenue, "2"), .fixture(.revenue, "3")])

            let middle = try await api.get(
                "/api/v1/analytics?cursor=AAolgAAAAAM&per_page=1&page=7", token: token)
            let last = try await api.get("/api/v1/analytics?per_page=1&cursor=AAolgAAAAAI", token: token)

            #expect(
                middle.text == #"{"data":[\#(Self.records[1])],"#
                    + #""links":{"first":"\#(Self.path)?per_page=1&page=1","last":"\#(Self.path)?per_page=1&page=3","#
                    + #""prev":null,"next":"\#(Self.path)?per_page=1&cursor=AAolgAAAAAI"},"#
                    + #""meta":{"current_page":null,"from":null,"to":null,"last_page":3,"per_page":1,"total":3,"#
                    + #""path":"\#(Self.path)","next_cursor":"AAolgAAAAAI"}}"#)
            #expect(last.text.hasPrefix(#"{"data":[\#(Self.records[0])],"#))
            #expect(last.text.contains(#""prev":null,"next":null}"#))
            #expect(last.text.hasSuffix(#""next_cursor":null}}"#))
        }
    }

    @Test("with a filter by source the total, the last page and the link to it are not known")
    func source() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store((1...3).map { try .fixture(.revenue, "\($0)", source: $0 == 2 ? "shop" : "web") })

            let first = try await api.get("/api/v1/analytics?source=web&per_page=1", token: token)
            let last = try await api.get("/api/v1/analytics?source=web&per_page=1&page=2", token: token)
            let none = try await api.get("/api/v1/analytics?source=fax", token: token)

            #expect(
                first.text.contains(
                    #""links":{"first":"\#(Self.path)?source=web&per_page=1&page=1","last":null,"prev":null,"#
                        + #""next":"\#(Self.path)?source=web&per_page=1&page=2"},"#
                        + #""meta":{"current_page":1,"from":1,"to":1,"last_page":null,"per_page":1,"total":null,"#
                        + #""path":"\#(Self.path)","next_cursor":"AAolgAAAAAM"}}"#))
            #expect(
                last.text.contains(
                    #""prev":"\#(Self.path)?source=web&per_page=1&page=1","next":null},"#
                        + #""meta":{"current_page":2,"from":2,"to":2,"last_page":null,"per_page":1,"total":null,"#))
            #expect(
                none.text == #"{"data":[],"links":{"first":"\#(Self.path)?source=fax&page=1","last":null,"prev":null,"#
                    + #""next":null},"meta":{"current_page":1,"from":null,"to":null,"last_page":null,"per_page":30,"#
                    + #""total":null,"path":"\#(Self.path)","next_cursor":null}}"#)
        }
    }

    @Test("a page past the end is empty, however far past", arguments: ["4", "100", "999999999999999999"])
    func pastTheEnd(page: String) async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([.fixture(source: "web"), .fixture(), .fixture()])

            for filter in ["", "&source=web"] {
                let answer = try await api.get("/api/v1/analytics?per_page=1&page=\(page)\(filter)", token: token)

                #expect(answer.status == .ok)
                #expect(answer.text.hasPrefix(#"{"data":[],"#))
                #expect(answer.text.contains(#""next":null},"meta":{"current_page":\#(page),"from":null,"to":null,"#))
                #expect(answer.text.hasSuffix(#""next_cursor":null}}"#))
            }
        }
    }

    @Test("a page has 30 records unless one says otherwise, and at most 100")
    func pageSize() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store((0..<103).map { _ in try .fixture() })

            for (query, size, pages) in [
                ("", 30, 4), ("?per_page=", 30, 4), ("?per_page=100", 100, 2), ("?per_page=101", 100, 2),
                ("?per_page=1000000", 100, 2), ("?per_page=1e1", 10, 11), ("?per_page=%207.0%20", 7, 15),
            ] {
                let answer = try await api.get("/api/v1/analytics\(query)", token: token)

                #expect((answer["data"] as? [Any])?.count == size, "\(query)")
                #expect(answer["meta.per_page"] as? Int == size, "\(query)")
                #expect(answer["meta.last_page"] as? Int == pages, "\(query)")
                #expect(answer["meta.to"] as? Int == size, "\(query)")
                #expect(answer["meta.total"] as? Int == 103, "\(query)")
            }
        }
    }

    @Test("what is no page, size, cursor or filter is 422 with the field")
    func faults() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let cases = [
                ("page=0", "page", "The page field must be at least 1."),
                ("page=-1", "page", "The page field must be at least 1."),
                ("page=abc", "page", "The page field must be an integer."),
                ("page=1.5", "page", "The page field must be an integer."),
                ("page=01", "page", "The page field must be an integer."),
                ("page=9999999999999999999", "page", "The page field must be an integer."),
                ("per_page=0", "per_page", "The per page field must be at least 1."),
                ("per_page=-30", "per_page", "The per page field must be at least 1."),
                ("per_page=ten", "per_page", "The per page field must be an integer."),
                ("cursor=abc", "cursor", "The selected cursor is invalid."),
                ("cursor=AAAAAAAAAAA", "cursor", "The selected cursor is invalid."),
                ("cursor=%00", "cursor", "The selected cursor is invalid."),
                ("metric_type=sales", "metric_type", "The selected metric type is invalid."),
                ("metric_type=Revenue", "metric_type", "The selected metric type is invalid."),
                ("metric_type=%FF", "metric_type", "The selected metric type is invalid."),
                ("from=2026-02-30", "from", "The from field must match the format Y-m-d."),
                ("to=tomorrow", "to", "The to field must match the format Y-m-d."),
                ("from=2026-11-23&to=2026-11-22", "to", "The to field must be a date after or equal to 2026-11-23."),
                (
                    "category=" + String(repeating: "x", count: 101), "category",
                    "The category field must not be greater than 100 characters."
                ),
                (
                    "source=a%00b", "source",
                    "The source field must not contain U+0000 or half of a surrogate pair."
                ),
            ]
            for (query, field, message) in cases {
                let answer = try await api.get("/api/v1/analytics?\(query)", token: token)

                #expect(answer.status == .unprocessableContent, "\(query)")
                #expect(answer.body == fault(field, message), "\(query)")
            }
            let several = try await api.get("/api/v1/analytics?metric_type=x&page=0&per_page=y&cursor=z", token: token)
            #expect(
                several.body == #"{"message":"The selected metric type is invalid. (and 3 more errors)","#
                    + #""code":"validation_failed","errors":{"metric_type":["The selected metric type is invalid."],"#
                    + #""per_page":["The per page field must be an integer."],"#
                    + #""page":["The page field must be at least 1."],"#
                    + #""cursor":["The selected cursor is invalid."]},"request_id":"ID"}"#)
        }
    }

    @Test("filters narrow the list and its total, alone and together")
    func filters() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let yesterday = Day.d0.advanced(by: -1)
            try await api.store([
                .fixture(.revenue, "1", on: yesterday, category: "Books", source: "web"),
                .fixture(.revenue, "2", on: .d0, category: "Books"),
                .fixture(.revenue, "3", on: .d0, category: "Toys", source: "web"),
                .fixture(.orders, "4", on: yesterday, category: "Books", source: "web"),
                .fixture(.users, "5", on: Day.d0.advanced(by: -2)),
            ])
            let cases =
                [
                    ("", ["3", "2", "4", "1", "5"], 5), ("metric_type=revenue", ["3", "2", "1"], 3),
                    ("metric_type=page_views", [], 0), ("category=Books", ["2", "4", "1"], 3),
                    ("category=books", [], 0),
                    ("category=Books&metric_type=revenue", ["2", "1"], 2), ("from=2026-11-23", ["3", "2"], 2),
                    ("to=2026-11-22", ["4", "1", "5"], 3), ("from=2026-11-22&to=2026-11-22", ["4", "1"], 2),
                    ("from=2026-11-22&to=2026-11-22&category=Books&metric_type=orders", ["4"], 1),
                    ("from=2027-01-01", [], 0), ("to=1960-01-01", [], 0),
                    ("from=0001-01-01&to=9999-12-31", ["3", "2", "4", "1", "5"], 5),
                    ("source=web", ["3", "4", "1"], nil), ("source=web&category=Books", ["4", "1"], nil),
                    ("source=web&from=2026-11-23", ["3"], nil),
                    ("metric_type=&category=", ["3", "2", "4", "1", "5"], 5),
                    ("metric_type=revenue&metric_type=users", ["5"], 1),
                    ("unknown=filter", ["3", "2", "4", "1", "5"], 5),
                ] as [(String, [String], Int?)]
            for (query, values, total) in cases {
                let answer = try await api.get("/api/v1/analytics?\(query)", token: token)

                let shown = answer.text.matches(of: /"value":(\d)/).map { String($0.output.1) }
                #expect(answer.status == .ok, "\(query)")
                #expect(shown == values, "\(query)")
                #expect(answer["meta.total"] as? Int == total, "\(query)")
            }
        }
    }

    @Test("a category is compared byte by byte")
    func categoryBytes() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([.fixture(.revenue, "1", category: "é"), .fixture(.revenue, "2", category: "e\u{301}")])

            let composed = try await api.get("/api/v1/analytics?category=%C3%A9", token: token)
            let decomposed = try await api.get("/api/v1/analytics?category=e%CC%81", token: token)

            #expect(composed["meta.total"] as? Int == 1)
            #expect(composed.text.contains(#""value":1,"#))
            #expect(decomposed["meta.total"] as? Int == 1)
            #expect(decomposed.text.contains(#""value":2,"#))
        }
    }

    @Test("links keep what was asked, encoded again")
    func linkEncoding() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store((0..<3).map { _ in try .fixture(category: "A&B \"é\"") })

            let answer = try await api.get(
                "/api/v1/analytics?category=A%26B+%22%C3%A9%22&per_page=1&page=2&metric_type=revenue", token: token)

            let query = "category=A%26B%20%22%C3%A9%22&per_page=1&metric_type=revenue"
            #expect(
                answer.text.contains(
                    #""links":{"first":"\#(Self.path)?\#(query)&page=1","last":"\#(Self.path)?\#(query)&page=3","#
                        + #""prev":"\#(Self.path)?\#(query)&page=1","next":"\#(Self.path)?\#(query)&page=3"}"#))
        }
    }
}
