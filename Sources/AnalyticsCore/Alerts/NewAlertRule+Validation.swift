extension NewAlertRule {
    /// Notes what does not fit together in the rule.
    ///
    /// Operator and threshold mean nothing where points are missing, and are left out there.
    ///
    /// - Parameter rules: Note what is wrong.
    public mutating func settle(_ rules: inout FieldRules) {
        // Of a field that is wrong there is nothing, which is no second fault.
        let wrong = Set(rules.issues.map(\.field))
        if condition == .missing {
            comparison = nil
            threshold = nil
            if time == nil, !wrong.contains("at") {
                rules.refuse("at", .required, "The at field is required where the condition is missing.")
            }
        } else {
            if comparison == nil, !wrong.contains("operator") { rules.refuseMissing("operator") }
            if threshold == nil, !wrong.contains("threshold") { rules.refuseMissing("threshold") }
        }
        if condition == .value, time != nil {
            rules.refuse(
                "at", .unknown,
                "The at field may be given only where the condition is daily, daily_change_percent or missing.")
        }
        if !condition.isDaily, consecutiveDays > 1 {
            rules.refuse(
                "consecutive_days", .unknown,
                "The consecutive days field may be more than 1 only where the condition is daily or "
                    + "daily_change_percent.")
        }
        if wrong.isDisjoint(with: ["operator", "threshold"]) { checkRecovery(&rules) }
    }

    private func checkRecovery(_ rules: inout FieldRules) {
        guard let recoverThreshold else { return }
        let field = "recover_threshold"
        switch (comparison, threshold) {
        case (.below?, let threshold?), (.atMost?, let threshold?):
            if recoverThreshold < threshold {
                rules.refuse(
                    field, .between,
                    "The recover threshold field must be at least the threshold, \(threshold), where the operator is "
                        + "< or <=.")
            }
        case (.above?, let threshold?), (.atLeast?, let threshold?):
            if recoverThreshold > threshold {
                rules.refuse(
                    field, .between,
                    "The recover threshold field must be at most the threshold, \(threshold), where the operator is "
                        + "> or >=.")
            }
        case (.equal?, _), (nil, _):
            rules.refuse(
                field, .unknown, "The recover threshold field may be given only where the operator is <, >, <= or >=.")
        case (_, nil):
            break
        }
    }
}

extension FieldRules {
    /// A time of the day in the form `09:00`, or nil where it is missing.
    public mutating func localTime(_ input: FieldInput, _ field: String) -> LocalTime? {
        switch input {
        case .missing:
            return nil
        case .text(let bytes):
            if let time = LocalTime(bytes) { return time }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        refuse(field, .dateFormat, "The \(Self.spoken(field)) field must be a time from 00:00 to 23:59, such as 09:00.")
        return nil
    }

    /// A whole number within a range, or nil where it is missing.
    public mutating func integer(_ input: FieldInput, _ field: String, in range: ClosedRange<Int>) -> Int? {
        guard let number = integer(input, field) else { return nil }
        guard range.contains(number) else {
            refuse(
                field, .between,
                "The \(Self.spoken(field)) field must be between \(range.lowerBound) and \(range.upperBound).")
            return nil
        }
        return number
    }

    /// A decimal number, or nil where it is missing and need not be there.
    public mutating func optionalAmount(_ input: FieldInput, _ field: String) -> Amount? {
        if case .missing = input { return nil }
        return amount(input, field)
    }
}
