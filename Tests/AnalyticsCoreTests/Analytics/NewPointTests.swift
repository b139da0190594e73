import AnalyticsCore
import Testing

@Suite struct NewPointTests {
    private func fields(
        metricType: FieldInput = .sent("revenue"), value: FieldInput = .numeral("11.5"),
        recordedAt: FieldInput = .missing, category: FieldInput = .missing, source: FieldInput = .missing
    ) -> NewPoint.Fields {
        var fields = NewPoint.Fields()
        fields.metricType = metricType
        fields.value = value
        fields.recordedAt = recordedAt
        fields.category = category
        fields.source = source
        return fields
    }

    /// The faults of fields, each as `field: text`; empty for a valid point.
    private func faults(_ fields: NewPoint.Fields, today: String = "2026-11-23", prefix: String = "") throws -> [String]
    {
        let today = try #require(Day(today))
        do {
            _ = try NewPoint(validating: fields, today: today, prefix: prefix)
            return []
        } catch {
            return error.issues.map { "\($0.field): \($0.message)" }
        }
    }

    // MARK: - Valid points

    @Test("metric and value make a point of today")
    func smallestPoint() throws {
        let today = try #require(Day("2026-11-23"))

        let point = try NewPoint(validating: fields(), today: today)

        #expect(point == NewPoint(metric: .revenue, value: Amount(tenThousandths: 115_000), day: today))
    }

    @Test("every field is trimmed of Unicode's white space, and kept byte by byte")
    func wholePoint() throws {
        let fields = fields(
            metricType: .sent("\u{3000}page_views\n"), value: .sent(" -3e2\u{A0}"), recordedAt: .sent("\t2024-02-29 "),
            category: .sent("\u{2003}Cafe\u{301} \u{1F600}\u{85}"), source: .sent("  google / cpc  "))

        let day = try #require(Day("2024-02-29"))

        let point = try NewPoint(validating: fields, today: try #require(Day("2026-11-23")))

        #expect(
            point
                == NewPoint(
                    metric: .pageViews, value: Amount(tenThousandths: -3_000_000), day: day,
                    category: Label("Cafe\u{301} \u{1F600}"), source: Label("google / cpc")))
    }

    @Test("empty labels and an empty date are none")
    func emptyFields() throws {
        let today = try #require(Day("2026-11-23"))
        let fields = fields(recordedAt: .sent(""), category: .sent("  "), source: .sent("\u{3000}"))

        #expect(
            try NewPoint(validating: fields, today: today)
                == NewPoint(metric: .revenue, value: Amount(tenThousandths: 115_000), day: today))
    }

    @Test("every metric takes any sign and fraction", arguments: Metric.allCases)
    func anyMetric(metric: Metric) throws {
        let today = try #require(Day("2026-11-23"))
        let fields = fields(metricType: .sent(metric.rawValue), value: .numeral("-0.0001"))

        #expect(
            try NewPoint(validating: fields, today: today)
                == NewPoint(metric: metric, value: Amount(tenThousandths: -1), day: today))
    }

    @Test(
        "days from 1970-01-01 to one day ahead are accepted",
        arguments: ["1970-01-01", "1999-12-31", "2026-11-22", "2026-11-23", "2026-11-24"])
    func acceptedDay(recordedAt: String) throws {
        let point = try NewPoint(
            validating: fields(recordedAt: .sent(recordedAt)), today: try #require(Day("2026-11-23")))

        #expect(point.day.description == recordedAt)
    }

    @Test(
        "labels have up to a hundred Unicode scalars, whatever their bytes or letters",
        arguments: ["x", "\u{E9}", "\u{1F600}", "e\u{301}"])
    func longestLabels(letter: String) throws {
        let scalars = letter.unicodeScalars.count
        let longest = String(repeating: letter, count: 100 / scalars)
        let tooLong = longest + "x"

        #expect(try faults(fields(category: .sent(" \(longest) "), source: .sent(longest))) == [])
        #expect(
            try faults(fields(category: .sent(tooLong), source: .sent(tooLong))) == [
                "category: The category field must not be greater than 100 characters.",
                "source: The source field must not be greater than 100 characters.",
            ])
    }

    // MARK: - Faults

    @Test("what is missing is named")
    func missingFields() throws {
        #expect(
            try faults(NewPoint.Fields()) == [
                "metric_type: The metric type field is required.", "value: The value field is required.",
            ])
        #expect(
            try faults(fields(metricType: .sent(" "), value: .sent(""))) == [
                "metric_type: The metric type field is required.", "value: The value field is required.",
            ])
    }

    @Test(
        "a metric that is none of the seven is refused",
        arguments: [.sent("profit"), .sent("Revenue"), .numeral("1"), .boolean(true), .nested, .unprintable]
            as [FieldInput])
    func refusedMetric(input: FieldInput) throws {
        #expect(try faults(fields(metricType: input)) == ["metric_type: The selected metric type is invalid."])
    }

    @Test(
        "a value that is no amount is refused with the reason",
        arguments: [
            (.sent("ten"), "value: The value field must be a number."),
            (.sent("1 000"), "value: The value field must be a number."),
            (.sent("NaN"), "value: The value field must be a number."),
            (.boolean(true), "value: The value field must be a number."),
            (.nested, "value: The value field must be a number."),
            (.unprintable, "value: The value field must be a number."),
            (.numeral("0.00001"), "value: The value field must have 0-4 decimal places."),
            (.numeral("1e-999"), "value: The value field must have 0-4 decimal places."),
            (
                .numeral("100000000000"),
                "value: The value field must be between -99999999999.9999 and 99999999999.9999."
            ),
            (.sent("-1e999"), "value: The value field must be between -99999999999.9999 and 99999999999.9999."),
        ] as [(FieldInput, String)])
    func refusedValue(input: FieldInput, fault: String) throws {
        #expect(try faults(fields(value: input)) == [fault])
    }

    @Test(
        "a date that is none, too early or too late is refused with what is allowed",
        arguments: [
            (.sent("2026-02-30"), "recorded_at: The recorded at field must match the format Y-m-d."),
            (.sent("2026-11-23T10:00:00Z"), "recorded_at: The recorded at field must match the format Y-m-d."),
            (.numeral("20261123"), "recorded_at: The recorded at field must match the format Y-m-d."),
            (.boolean(false), "recorded_at: The recorded at field must match the format Y-m-d."),
            (.nested, "recorded_at: The recorded at field must match the format Y-m-d."),
            (.unprintable, "recorded_at: The recorded at field must match the format Y-m-d."),
            (.sent("1969-12-31"), "recorded_at: The recorded at field must be a date after or equal to 1970-01-01."),
            (.sent("0001-01-01"), "recorded_at: The recorded at field must be a date after or equal to 1970-01-01."),
            (.sent("2026-11-25"), "recorded_at: The recorded at field must be a date before or equal to 2026-11-24."),
            (.sent("9999-12-31"), "recorded_at: The recorded at field must be a date before or equal to 2026-11-24."),
        ] as [(FieldInput, String)])
    func refusedDay(input: FieldInput, fault: String) throws {
        #expect(try faults(fields(recordedAt: input)) == [fault])
    }

    @Test("one day ahead may be in the next month or year")
    func dayAhead() throws {
        #expect(try faults(fields(recordedAt: .sent("2027-01-01")), today: "2026-12-31") == [])
        #expect(
            try faults(fields(recordedAt: .sent("2027-01-02")), today: "2026-12-31")
                == ["recorded_at: The recorded at field must be a date before or equal to 2027-01-01."])
    }

    @Test(
        "a label that is no text, or cannot be stored, is refused",
        arguments: [
            (.numeral("7"), "field must be a string."), (.boolean(true), "field must be a string."),
            (.nested, "field must be a string."),
            (.sent("a\u{0}b"), "field must not contain U+0000 or half of a surrogate pair."),
            (.unprintable, "field must not contain U+0000 or half of a surrogate pair."),
        ] as [(FieldInput, String)])
    func refusedLabel(input: FieldInput, fault: String) throws {
        #expect(
            try faults(fields(category: input, source: input))
                == ["category: The category \(fault)", "source: The source \(fault)"])
    }

    @Test("every fault of every field is reported at once, under the prefix")
    func everyFault() throws {
        let fields = fields(
            metricType: .sent("profit"), value: .sent("ten"), recordedAt: .sent("1969-12-31"), category: .nested,
            source: .sent("\u{0}"))

        #expect(
            try faults(fields, prefix: "records.17.") == [
                "records.17.metric_type: The selected metric type is invalid.",
                "records.17.value: The value field must be a number.",
                "records.17.recorded_at: The recorded at field must be a date after or equal to 1970-01-01.",
                "records.17.category: The category field must be a string.",
                "records.17.source: The source field must not contain U+0000 or half of a surrogate pair.",
            ])
    }

    @Test("each fault has its code for programs")
    func codes() throws {
        let today = try #require(Day("2026-11-23"))
        let fields = fields(
            metricType: .missing, value: .numeral("0.00001"), recordedAt: .sent("2026-11-25"),
            category: .sent(String(repeating: "x", count: 101)), source: .unprintable)

        let error = #expect(throws: ValidationError.self) { try NewPoint(validating: fields, today: today) }

        #expect(error?.issues.map(\.code) == [.required, .decimalPlaces, .dateRange, .maxLength, .unprintable])
        #expect(error?.summary == "The metric type field is required. (and 4 more errors)")
    }
}
