import AnalyticsCore

/// The period that a query asks for: so many days that end today, or two days of the client's choice.
enum PeriodChoice: Hashable, Sendable {
    case days(Int)
    case range(Period)

    /// - Parameters:
    ///   - query: `period` of 7, 14 or 30, or `from` and `to`, which come first.
    ///   - days: What is meant where the query says nothing.
    /// - Throws: ``ValidationError`` with every fault.
    init(_ query: QueryString, default days: Int) throws(ValidationError) {
        var rules = FieldRules()
        let choice = Self(query, default: days, rules: &rules)
        guard let choice else { throw ValidationError(issues: rules.issues) }
        self = choice
    }

    /// Nil where there is a fault, which is noted.
    init?(_ query: QueryString, default days: Int, rules: inout FieldRules) {
        let from = query["from"]
        let to = query["to"]
        switch (from, to) {
        case (.missing, .missing):
            guard let choice = Self.days(query["period"], default: days, rules: &rules) else { return nil }
            self = choice
        case (.missing, _):
            rules.refuse("from", .required, "The from field is required when to is present.")
            return nil
        case (_, .missing):
            rules.refuse("to", .required, "The to field is required when from is present.")
            return nil
        default:
            // Not needed then, and still no reason to let nonsense pass.
            let isPeriod = Self.days(query["period"], default: days, rules: &rules) != nil
            guard let choice = Self.range(from: from, to: to, rules: &rules), isPeriod else { return nil }
            self = choice
        }
    }

    /// The days meant, as of a day.
    func period(today: Day) -> Period {
        switch self {
        case .days(let count): Period(days: count, endingOn: today)
        case .range(let period): period
        }
    }

    private static func days(_ input: FieldInput, default days: Int, rules: inout FieldRules) -> PeriodChoice? {
        rules.periodLength(input, "period", default: days).map(PeriodChoice.days)
    }

    private static func range(from: FieldInput, to: FieldInput, rules: inout FieldRules) -> PeriodChoice? {
        let from = rules.day(from, "from")
        let to = rules.day(to, "to")
        guard let from, let to else { return nil }
        guard !rules.refuseReversed(from: from, to: to) else { return nil }
        guard let period = Period(from: from, to: to) else {
            let latest = from.advanced(by: Period.longest - 1)
            rules.refuse("to", .dateRange, "The to field must be a date before or equal to \(latest).")
            return nil
        }
        return .range(period)
    }
}

extension FieldRules {
    /// How many days a period is to have: 7, 14 or 30.
    mutating func periodLength(_ input: FieldInput, _ field: String, default days: Int) -> Int? {
        if case .missing = input { return days }
        guard let count = integer(input, field) else { return nil }
        guard Period.lengths.contains(count) else {
            refuse(field, .inList, "The selected \(Self.spoken(field)) is invalid. It must be 7, 14 or 30.")
            return nil
        }
        return count
    }

    /// Notes a range that ends before it begins.
    ///
    /// - Returns: Whether it does.
    @discardableResult
    mutating func refuseReversed(from: Day?, to: Day?) -> Bool {
        guard let from, let to, to < from else { return false }
        refuse("to", .dateRange, "The to field must be a date after or equal to \(from).")
        return true
    }
}
