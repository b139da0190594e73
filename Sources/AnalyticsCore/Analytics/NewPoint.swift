/// A data point that is fit to be stored: a metric's value on a day.
public struct NewPoint: Sendable, Hashable {
    /// What was measured.
    public var metric: Metric
    /// The figure, with at most eleven integer digits.
    public var value: Amount
    /// The day that it counts for, in the workspace's time zone.
    public var day: Day
    /// What kind of revenue (or whatever else) it is, if that was said.
    public var category: Label?
    /// Where it came from, if that was said.
    public var source: Label?
    /// By what its sender knows it, if it does: a later point of the same metric and id takes its place.
    public var externalID: Label?

    /// A point of the given parts.
    public init(
        metric: Metric, value: Amount, day: Day, category: Label? = nil, source: Label? = nil,
        externalID: Label? = nil
    ) {
        self.metric = metric
        self.value = value
        self.day = day
        self.category = category
        self.source = source
        self.externalID = externalID
    }
}

extension NewPoint {
    /// The fields of a data point as a client sent them.
    public struct Fields: Sendable {
        /// `metric_type`: the name of a metric.
        public var metricType = FieldInput.missing
        /// `value`: a decimal number.
        public var value = FieldInput.missing
        /// `recorded_at`: a date, today where it is missing.
        public var recordedAt = FieldInput.missing
        /// `category`: a label, or nothing.
        public var category = FieldInput.missing
        /// `source`: a label, or nothing.
        public var source = FieldInput.missing
        /// `external_id`: a label, or nothing.
        public var externalID = FieldInput.missing

        /// Nothing sent.
        public init() {}
    }

    /// The point that the fields describe.
    ///
    /// - Parameters:
    ///   - fields: What the client sent.
    ///   - today: The workspace's date, which stands in for a missing `recorded_at`; one day more is the latest
    ///     that is accepted, for clients whose day has begun already, and 1970-01-01 the earliest.
    ///   - lastDay: A day that is to become today, if any; `recorded_at` then moves by as many days, before it is
    ///     held against those limits.
    ///   - prefix: What stands before each field's name in the errors.
    /// - Throws: ``ValidationError`` with every fault of every field.
    public init(
        validating fields: Fields, today: Day, lastDay: Day? = nil, prefix: String = ""
    ) throws(ValidationError) {
        var rules = FieldRules(prefix: prefix)
        let metric = rules.metric(fields.metricType, "metric_type")
        let value = rules.amount(fields.value, "value")
        let day = Self.day(
            fields.recordedAt, today: today, shift: lastDay?.distance(to: today) ?? 0, rules: &rules)
        let category = rules.text(fields.category, "category", length: Label.length)
        let source = rules.text(fields.source, "source", length: Label.length)
        let externalID = rules.text(fields.externalID, "external_id", length: Label.length)
        guard let metric, let value, let day, rules.issues.isEmpty else {
            throw ValidationError(issues: rules.issues)
        }
        self.init(
            metric: metric, value: value, day: day, category: category.map(Label.init), source: source.map(Label.init),
            externalID: externalID.map(Label.init))
    }

    private static func day(_ input: FieldInput, today: Day, shift: Int, rules: inout FieldRules) -> Day? {
        if case .missing = input { return today }
        guard let day = rules.day(input, "recorded_at")?.advanced(by: shift) else { return nil }
        let latest = today.advanced(by: 1)
        if day < .epoch {
            rules.refuse(
                "recorded_at", .dateRange, "The recorded at field must be a date after or equal to \(Day.epoch).")
        } else if day > latest {
            rules.refuse(
                "recorded_at", .dateRange, "The recorded at field must be a date before or equal to \(latest).")
        }
        return day
    }
}
