/// That a rule was broken, from the first time until somebody resolves it.
///
/// A rule has at most one that is not resolved: each further breach is an occurrence of it.
public struct Alert: Sendable, Equatable, Codable {
    /// How far people are with it.
    public enum Status: String, Sendable, CaseIterable, Hashable, Codable {
        case unread, read, resolved
    }

    /// The rule as it is called now.
    public struct RuleName: Sendable, Equatable, Codable {
        /// Its number.
        public let id: Int64
        /// What it is called.
        public let name: String

        /// The name of a rule.
        public init(id: Int64, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// Somebody who read or resolved it.
    public struct Person: Sendable, Equatable, Codable {
        /// The account's number.
        public let id: Int64
        /// What the person was called.
        public let name: String

        /// A person of the given parts.
        public init(id: Int64, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// Its number within the server.
    public var id: Int64
    /// The rule that was broken; nil where it was deleted.
    public var rule: RuleName?
    /// The rule's metric at the time.
    public let metric: Metric
    /// What the rule looked at.
    public let condition: AlertCondition
    /// How the figure was held against the threshold; nil where points were missing.
    public let comparison: Comparison?
    /// What the figure was held against; nil where points were missing.
    public let threshold: Amount?
    /// How bad it is.
    public let severity: Severity
    /// The latest breach.
    public var breach: Breach
    /// What happened, as a sentence for people.
    public var message: String
    /// How often the rule was broken: by so many points, or for a condition on days on so many days.
    public var occurrences: Int
    /// ``flaps``, where there are any; texts of alerts that were kept by earlier versions have none.
    private var countedFlaps: Int?
    /// When the rule was broken first.
    public let triggeredAt: Instant
    /// When the rule was broken last.
    public var lastTriggeredAt: Instant
    /// When it was read first, and by whom; nil where it was not.
    public var read: Handling?
    /// When it was resolved, by whom and what was said of it; nil where it was not.
    public var resolution: Resolution?

    /// That somebody did something with it.
    public struct Handling: Sendable, Equatable, Codable {
        /// When.
        public let at: Instant
        /// Who.
        public let person: Person?

        /// A handling of the given parts.
        public init(at: Instant, person: Person?) {
            self.at = at
            self.person = person
        }
    }

    /// How it ended.
    public struct Resolution: Sendable, Equatable, Codable {
        /// When.
        public let at: Instant
        /// Who resolved it; nil where a good figure did.
        public let person: Person?
        /// What was said of it.
        public let note: String?

        /// How many characters a note may have.
        public static let noteLength = 1...1_000

        /// A resolution of the given parts.
        public init(at: Instant, person: Person?, note: String?) {
            self.at = at
            self.person = person
            self.note = note
        }
    }

    /// An alert of the given parts.
    public init(
        id: Int64, rule: RuleName?, metric: Metric, condition: AlertCondition, comparison: Comparison?,
        threshold: Amount?, severity: Severity, breach: Breach, message: String, occurrences: Int,
        triggeredAt: Instant, lastTriggeredAt: Instant, read: Handling? = nil, resolution: Resolution? = nil
    ) {
        self.id = id
        self.rule = rule
        self.metric = metric
        self.condition = condition
        self.comparison = comparison
        self.threshold = threshold
        self.severity = severity
        self.breach = breach
        self.message = message
        self.occurrences = occurrences
        self.triggeredAt = triggeredAt
        self.lastTriggeredAt = lastTriggeredAt
        self.read = read
        self.resolution = resolution
    }

    /// The number of times that the rule recovered and was broken again within one request: these belong to one alert.
    public var flaps: Int {
        get { countedFlaps ?? 0 }
        set { countedFlaps = newValue > 0 ? newValue : nil }
    }

    /// How far people are with it.
    public var status: Status {
        resolution != nil ? .resolved : read != nil ? .read : .unread
    }
}

/// That a figure broke a rule.
public struct Breach: Sendable, Equatable, Codable {
    /// The figure: a point's value, a day's sum or mean, or a change in percent; nil where points were missing.
    public let value: Amount?
    /// The day that it is of.
    public let day: Day
    /// Whether it became known only after that day had ended.
    public let isLate: Bool
    /// The data point; nil where the figure is not of a single one.
    public let recordID: Int64?

    /// A breach of the given parts.
    public init(value: Amount?, day: Day, isLate: Bool = false, recordID: Int64? = nil) {
        self.value = value
        self.day = day
        self.isLate = isLate
        self.recordID = recordID
    }
}

extension AlertRule {
    /// What is said of a breach.
    ///
    /// Such as "Low revenue: revenue on 2026-11-25 was 80 EUR, which is below 100 EUR."
    ///
    /// - Parameters:
    ///   - flaps: The number of times that the rule recovered and was broken again within one request.
    ///   - currency: The workspace's currency, ISO 4217.
    public func message(of breach: Breach, flaps: Int = 0, currency: String) -> String {
        let sentence = sentence(of: breach, currency: currency)
        if flaps == 0 { return sentence }
        return "\(sentence) It recovered and broke again \(flaps == 1 ? "once" : "\(flaps) times") in between."
    }

    private func sentence(of breach: Breach, currency: String) -> String {
        let rule = definition
        var subject = rule.metric.spoken
        if let category = rule.category { subject += " of \(category.text)" }
        guard let value = breach.value, let comparison = rule.comparison, let threshold = rule.threshold else {
            let time = rule.time.map { " by \($0)" } ?? ""
            return "\(rule.name): no data point of \(subject) had come for \(breach.day)\(time)."
        }
        let unit = rule.condition == .dailyChangePercent ? " %" : rule.metric.spokenUnit(currency: currency)
        let limit = "which \(comparison.spoken) \(threshold)\(unit)"
        let days = rule.consecutiveDays > 1 ? ", as on the \(rule.consecutiveDays - 1) days before" : ""
        switch rule.condition {
        case .dailyChangePercent:
            let difference = "\(value > .zero ? "+" : "")\(value)\(unit)"
            return "\(rule.name): \(subject) on \(breach.day) changed by \(difference) against the week before, "
                + "\(limit)\(days)."
        case .daily:
            let kind = rule.metric.aggregation == .sum ? "total" : "mean"
            return "\(rule.name): the \(kind) of \(subject) on \(breach.day) was \(value)\(unit), \(limit)\(days)."
        case .value, .missing:
            return "\(rule.name): \(subject) on \(breach.day) was \(value)\(unit), \(limit)."
        }
    }
}

extension Metric {
    /// Its name among other words: "conversion rate".
    public var spoken: String { String(rawValue.map { $0 == "_" ? " " : $0 }) }

    /// What stands behind a figure: " EUR", " %", " s", or nothing for counts.
    fileprivate func spokenUnit(currency: String) -> String {
        switch kind {
        case .money: " \(currency)"
        case .count: ""
        case .percent: " %"
        case .seconds: " s"
        }
    }
}

/// An alert that an ingest opened or added an occurrence to.
public struct RaisedAlert: Sendable, Equatable {
    /// The alert as it was once the ingest was stored.
    public let alert: Alert
    /// Whether that ingest opened it.
    public let isNew: Bool

    /// An alert of the given parts.
    public init(_ alert: Alert, isNew: Bool) {
        self.alert = alert
        self.isNew = isNew
    }
}
