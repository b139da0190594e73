import AnalyticsCore
import Testing

@Suite struct FieldRulesTests {
    /// What a rule made of an input, and the texts of its faults.
    private func outcome<Value>(
        _ read: (inout FieldRules) -> Value?
    ) -> (value: Value?, codes: [ValidationError.Code], messages: [String]) {
        var rules = FieldRules()
        let value = read(&rules)
        return (value, rules.issues.map(\.code), rules.issues.map(\.message))
    }

    // MARK: - Text

    @Test(
        "a text of the right length is itself, counted in Unicode scalars", arguments: ["ab", "é\u{301}", "🇫🇷", "日本語"])
    func text(sent: String) {
        let name = outcome { $0.text(.sent(" \(sent) "), "name", length: 2...3) }

        #expect(name.value == sent)
        #expect(name.messages == [])
    }

    @Test(
        "a text that is too short or too long is refused with the limit",
        arguments: [
            ("a", .minLength, "The name field must be at least 2 characters."),
            ("é", .minLength, "The name field must be at least 2 characters."),
            ("abcd", .maxLength, "The name field must not be greater than 3 characters."),
            ("👨‍👩‍👧", .maxLength, "The name field must not be greater than 3 characters."),
        ] as [(String, ValidationError.Code, String)])
    func textLength(sent: String, code: ValidationError.Code, message: String) {
        let name = outcome { $0.text(.sent(sent), "name", length: 2...3) }

        #expect(name.value == nil)
        #expect(name.codes == [code])
        #expect(name.messages == [message])
    }

    @Test(
        "what is not a text is refused as such", arguments: [.numeral("12"), .boolean(true), .nested] as [FieldInput])
    func textOfAnotherType(input: FieldInput) {
        let name = outcome { $0.text(input, "first_name", length: 1...100) }

        #expect(name.value == nil)
        #expect(name.codes == [.string])
        #expect(name.messages == ["The first name field must be a string."])
    }

    @Test("a text with U+0000 is refused")
    func unprintableText() {
        let name = outcome { $0.text(.sent("a\u{0}"), "name", length: 1...100) }

        #expect(name.value == nil)
        #expect(name.codes == [.unprintable])
        #expect(name.messages == ["The name field must not contain U+0000 or half of a surrogate pair."])
    }

    @Test("a missing text is a fault only where it is required")
    func missingText() {
        let optional = outcome { $0.text(.missing, "name", length: 2...100) }
        let required = outcome { $0.text(.sent(" "), "name", required: true, length: 2...100) }

        #expect(optional.value == nil)
        #expect(optional.messages == [])
        #expect(required.value == nil)
        #expect(required.codes == [.required])
        #expect(required.messages == ["The name field is required."])
    }

    // MARK: - Amounts

    @Test("a number counts as one whether it was sent as a number or as a text")
    func amount() {
        for input in [FieldInput.numeral("11.5"), .sent("11.5"), .sent(" 1.15e1\n"), .numeral("0.115E+2")] {
            let value = outcome { $0.amount(input, "value") }

            #expect(value.value == Amount(tenThousandths: 115_000))
            #expect(value.messages == [])
        }
    }

    @Test(
        "what is no amount is refused with the reason",
        arguments: [
            (.missing, .required, "The alert value field is required."),
            (.sent("  "), .required, "The alert value field is required."),
            (.sent("ten"), .number, "The alert value field must be a number."),
            (.sent("+1"), .number, "The alert value field must be a number."),
            (.sent("1,5"), .number, "The alert value field must be a number."),
            (.sent("1\u{0}"), .number, "The alert value field must be a number."),
            (.boolean(true), .number, "The alert value field must be a number."),
            (.nested, .number, "The alert value field must be a number."),
            (.unprintable, .number, "The alert value field must be a number."),
            (.numeral("1.23456"), .decimalPlaces, "The alert value field must have 0-4 decimal places."),
            (.numeral("1e-999"), .decimalPlaces, "The alert value field must have 0-4 decimal places."),
            (
                .numeral("1e999"), .between,
                "The alert value field must be between -99999999999.9999 and 99999999999.9999."
            ),
            (
                .sent("-100000000000"), .between,
                "The alert value field must be between -99999999999.9999 and 99999999999.9999."
            ),
        ] as [(FieldInput, ValidationError.Code, String)])
    func refusedAmount(input: FieldInput, code: ValidationError.Code, message: String) {
        let value = outcome { $0.amount(input, "alert_value") }

        #expect(value.value == nil)
        #expect(value.codes == [code])
        #expect(value.messages == [message])
    }

    // MARK: - Days and metrics

    @Test("a date is read in one form only, and may be missing")
    func day() {
        let day = outcome { $0.day(.sent(" 2026-11-23 "), "from") }
        let missing = outcome { $0.day(.missing, "from") }

        #expect(day.value?.description == "2026-11-23")
        #expect(day.messages == [])
        #expect(missing.value == nil)
        #expect(missing.messages == [])
    }

    @Test(
        "what is no date is refused",
        arguments: [
            .sent("2026-02-30"), .sent("23.11.2026"), .sent("today"), .numeral("20261123"), .boolean(false), .nested,
            .unprintable,
        ] as [FieldInput])
    func refusedDay(input: FieldInput) {
        let day = outcome { $0.day(input, "recorded_at") }

        #expect(day.value == nil)
        #expect(day.codes == [.dateFormat])
        #expect(day.messages == ["The recorded at field must match the format Y-m-d."])
    }

    @Test("a metric is read by its name, and may be missing where it is not required")
    func metric() {
        let metric = outcome { $0.metric(.sent("bounce_rate"), "metric_type") }
        let optional = outcome { $0.metric(.missing, "metric_type", required: false) }
        let required = outcome { $0.metric(.missing, "metric_type") }

        #expect(metric.value == .bounceRate)
        #expect(metric.messages == [])
        #expect(optional.value == nil)
        #expect(optional.messages == [])
        #expect(required.codes == [.required])
        #expect(required.messages == ["The metric type field is required."])
    }

    @Test(
        "what is no metric is refused",
        arguments: [
            .sent("Revenue"), .sent("profit"), .sent("bounce rate"), .sent("bounceRate"), .numeral("1"),
            .boolean(true), .nested, .unprintable,
        ] as [FieldInput])
    func refusedMetric(input: FieldInput) {
        let metric = outcome { $0.metric(input, "metric_type", required: false) }

        #expect(metric.value == nil)
        #expect(metric.codes == [.inList])
        #expect(metric.messages == ["The selected metric type is invalid."])
    }

    // MARK: - Integers

    @Test(
        "a whole number is read in JSON's grammar, from a number or a text",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("1e1", 10), ("30.0", 30), ("2.5e1", 25), ("700e-2", 7),
            ("999999999999999999", 999_999_999_999_999_999), ("-999999999999999999", -999_999_999_999_999_999),
            ("9007199254740991", 9_007_199_254_740_991),
        ])
    func integer(sent: String, number: Int) {
        for input in [FieldInput.numeral(sent), .sent(" \(sent) ")] {
            let page = outcome { $0.integer(input, "page") }

            #expect(page.value == number)
            #expect(page.messages == [])
        }
    }

    @Test(
        "what is no whole number is refused",
        arguments: [
            .sent("seven"), .sent("+7"), .sent("007"), .sent("7."), .sent("0x7"), .sent("7 days"), .numeral("7.5"),
            .numeral("7e-1"), .sent("\u{0667}"), .numeral("1e18"), .numeral("99999999999999999999999"),
            .numeral("1e999"), .boolean(true), .nested, .unprintable,
        ] as [FieldInput])
    func refusedInteger(input: FieldInput) {
        let page = outcome { $0.integer(input, "per_page", atLeast: 1) }

        #expect(page.value == nil)
        #expect(page.codes == [.integer])
        #expect(page.messages == ["The per page field must be an integer."])
    }

    @Test("a whole number below the least is refused with it, the least itself is not")
    func leastInteger() {
        let least = outcome { $0.integer(.numeral("1"), "page", atLeast: 1) }
        let less = outcome { $0.integer(.numeral("0"), "page", atLeast: 1) }
        let missing = outcome { $0.integer(.missing, "page", atLeast: 1) }

        #expect(least.value == 1)
        #expect(least.messages == [])
        #expect(less.value == nil)
        #expect(less.codes == [.between])
        #expect(less.messages == ["The page field must be at least 1."])
        #expect(missing.value == nil)
        #expect(missing.messages == [])
    }

    // MARK: - All together

    @Test("every fault is thrown at once, in the order of reading, under the prefix")
    func check() {
        var rules = FieldRules(prefix: "records.17.")

        _ = rules.metric(.sent("profit"), "metric_type")
        _ = rules.amount(.missing, "value")
        rules.refuse("value", .limit, "The day is full.")

        #expect(
            throws: ValidationError(issues: [
                .init(
                    field: "records.17.metric_type", code: .inList, message: "The selected metric type is invalid."),
                .init(field: "records.17.value", code: .required, message: "The value field is required."),
                .init(field: "records.17.value", code: .limit, message: "The day is full."),
            ])
        ) { try rules.check() }
    }

    @Test("without a fault nothing is thrown")
    func checkWithoutFault() throws {
        var rules = FieldRules()

        _ = rules.amount(.numeral("1"), "value")

        try rules.check()
        #expect(rules.issues == [])
    }
}
