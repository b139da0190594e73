import Testing

@testable import AnalyticsCore

@Suite struct PointBatchTests {
    private func point(
        _ metric: Metric = .revenue, _ value: Int64 = 10_000, day: Int = 20_000, category: String? = nil,
        source: String? = nil
    ) throws -> NewPoint {
        NewPoint(
            metric: metric, value: Amount(tenThousandths: value), day: try #require(Day(number: day)),
            category: category.map { Label($0) }, source: source.map { Label($0) })
    }

    @Test("a batch gives back its points in their order")
    func order() throws {
        var points: [NewPoint] = []
        for number in 0..<3_000 {
            points.append(
                try point(
                    Metric.allCases[number % 7], Int64(number), day: 19_000 + number * 31 % 400,
                    category: number % 5 == 0 ? nil : "category \(number * 7 % 90)",
                    source: number % 3 == 0 ? "source \(number % 200)" : nil))
        }

        let batch = try PointBatch(points)

        #expect(Array(batch) == points)
    }

    @Test("points of one metric, day and category are one group, with their rollup")
    func groups() throws {
        let batch = try PointBatch([
            try point(.orders, 3, category: "a"), try point(.orders, 5), try point(.orders, -1, category: "a"),
            try point(.orders, 7, day: 20_001, category: "a"), try point(.users, 9, category: "a"),
        ])

        #expect(batch.series.map(\.metric) == [.orders, .orders, .users])
        #expect(batch.series.map(\.category?.text) == ["a", nil, "a"])
        #expect(batch.groups.map(\.series) == [0, 1, 0, 2])
        #expect(batch.groups.map(\.firstIndex) == [0, 1, 3, 4])
        #expect(
            batch.groups[0].rollup
                == Rollup(
                    count: 2, sum: Amount(tenThousandths: 2), minimum: Amount(tenThousandths: -1),
                    maximum: Amount(tenThousandths: 3)))
    }

    @Test("two spellings of a label are two labels")
    func spellings() throws {
        let batch = try PointBatch([try point(category: "caf\u{E9}"), try point(category: "cafe\u{301}")])

        #expect(batch.series.count == 2)
    }

    @Test("a point with which its group's sum would leave 64 bits is not added, and named")
    func overflow() throws {
        var batch = PointBatch()
        try batch.append(try point(.revenue, .max))
        let beyond = try point(.revenue, 1)
        #expect(throws: ValidationError.self) { try batch.append(beyond) }
        try batch.append(try point(.revenue, 1, category: "another"))
        #expect(batch.count == 2)

        let error = #expect(throws: ValidationError.self) {
            try PointBatch([try point(.revenue, .min), try point(.users), try point(.revenue, -1)])
        }
        #expect(error?.issues.map(\.field) == ["records.2.value"])
    }

    @Test("an external id is one point's of a metric, and the second that has it is not added and named")
    func duplicateExternalID() throws {
        func point(_ metric: Metric, _ id: String?) -> NewPoint {
            NewPoint(
                metric: metric, value: Amount(tenThousandths: 1), day: .epoch, externalID: id.map { Label($0) })
        }
        var batch = try PointBatch([point(.users, nil), point(.users, "a"), point(.orders, "a")])

        let error = #expect(throws: ValidationError.self) {
            try batch.append(point(.users, "a"), fieldPrefix: "records.3.")
        }
        try batch.append(point(.users, nil))

        #expect(error?.issues.map(\.field) == ["records.3.external_id"])
        #expect(error?.issues.map(\.message) == ["The external id field has a duplicate value."])
        #expect(batch.map(\.externalID?.text) == [nil, "a", "a", nil])
    }

    // MARK: - From what was sent

    private let today = Day.epoch.advanced(by: 20_000)

    /// Adds a point by the text of each field, after one that has made its labels known.
    private func appended(
        metric: String = "revenue", value: String = "1.5", day: String = "", category: String = "", source: String = ""
    ) throws -> NewPoint? {
        var batch = try PointBatch([
            NewPoint(metric: .users, value: .zero, day: .epoch, category: Label("known"), source: Label("é"))
        ])
        var text: [UInt8] = []
        func place(_ part: String) -> Range<Int> {
            let start = text.count
            text += part.utf8
            return start..<text.count
        }
        var fields = PointBatch.Fields()
        fields.metricType = place(metric)
        fields.value = place(value)
        fields.recordedAt = place(day)
        fields.category = place(category)
        fields.source = place(source)
        let isTaken = text.withUnsafeBufferPointer { batch.append(fields, in: $0, today: today) }
        #expect(batch.count == (isTaken ? 2 : 1))
        return isTaken ? batch[1] : nil
    }

    @Test("every metric is known by its name and by no other", arguments: Metric.allCases)
    func metrics(metric: Metric) throws {
        #expect(try appended(metric: metric.rawValue)?.metric == metric)
        #expect(try appended(metric: metric.rawValue.uppercased()) == nil)
        #expect(try appended(metric: String(metric.rawValue.dropLast()) + "x") == nil)
        #expect(try appended(metric: metric.rawValue + " ") == nil)
    }

    @Test(
        "a value is taken exactly or not at all",
        arguments: [
            ("1.5", 15_000), ("-0", 0), ("1e3", 10_000_000), ("99999999999.9999", 999_999_999_999_999),
            ("1.00001", nil),
            ("100000000000", nil), ("+1", nil), ("01", nil), (" 1", nil), ("", nil), ("1e999", nil), ("NaN", nil),
        ] as [(String, Int64?)])
    func values(text: String, tenThousandths: Int64?) throws {
        #expect(try appended(value: text)?.value.tenThousandths == tenThousandths)
    }

    @Test("a day is today where there is none, and taken within its limits only")
    func days() throws {
        #expect(try appended()?.day == today)
        #expect(try appended(day: today.advanced(by: 1).description)?.day == today.advanced(by: 1))
        #expect(try appended(day: today.advanced(by: 2).description) == nil)
        #expect(try appended(day: "1970-01-01")?.day == .epoch)
        #expect(try appended(day: "1969-12-31") == nil)
        #expect(try appended(day: "2024-02-30") == nil)
    }

    @Test("labels are taken that the batch knows, byte by byte")
    func labels() throws {
        let point = try appended(category: "known", source: "é")

        #expect(point?.category == Label("known"))
        #expect(point?.source == Label("é"))
        #expect(try appended(category: "Known") == nil)
        #expect(try appended(category: "known ") == nil)
        #expect(try appended(source: "e\u{301}") == nil)
        #expect(try appended()?.category == nil)
    }
}
