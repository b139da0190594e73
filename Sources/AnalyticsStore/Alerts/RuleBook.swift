import AnalyticsCore

import struct Foundation.TimeZone

/// A workspace's active rules, laid out so that a data point that breaks none of them costs a look or two however many
/// there are.
struct RuleBook: Sendable {
    /// A rule with what is known of its open alert.
    struct Entry: Sendable {
        let rule: AlertRule
        /// The latest day that broke the rule, where it has an alert that is not resolved.
        let brokenDay: Day?

        /// Whether it matters when a figure is good again.
        var watchesRecovery: Bool { rule.definition.resolvesItself || rule.snooze == .untilRecovered }

        /// The day from which on a good figure changes something; nil where the rule is not broken.
        var watchedDay: Day? { brokenDay ?? (rule.snooze == .untilRecovered ? .first : nil) }
    }

    /// Rules that look at the same figures.
    struct RuleSet: Sendable {
        private(set) var entries: [Entry] = []
        /// A value below or at it may break a rule.
        private var highestFloor = Int64.min
        /// A value above or at it may break a rule.
        private var lowestCeiling = Int64.max
        private var exact: Set<Int64> = []
        private var awaitsRecovery = false

        fileprivate mutating func add(_ entry: Entry) {
            entries.append(entry)
            awaitsRecovery = awaitsRecovery || (entry.watchesRecovery && entry.watchedDay != nil)
            guard let threshold = entry.rule.definition.threshold?.tenThousandths else { return }
            switch entry.rule.definition.comparison {
            case .below, .atMost: highestFloor = max(highestFloor, threshold)
            case .above, .atLeast: lowestCeiling = min(lowestCeiling, threshold)
            case .equal: exact.insert(threshold)
            case nil: break
            }
        }

        /// Whether any of some figures may change anything, by the smallest and the largest.
        func mayMatter(from minimum: Amount, to maximum: Amount) -> Bool {
            let (low, high) = (minimum.tenThousandths, maximum.tenThousandths)
            if awaitsRecovery || low <= highestFloor || high >= lowestCeiling { return true }
            guard !exact.isEmpty else { return false }
            return low == high ? exact.contains(low) : exact.contains { low <= $0 && $0 <= high }
        }
    }

    /// What figures are of.
    struct Scope: Hashable {
        let metric: Metric
        /// Nil for all of the metric's points.
        let category: Label?
    }

    /// Which state of the rules it was made of.
    let revision: Int64
    let timeZone: TimeZone
    let currency: String
    private var valueRules: [Scope: RuleSet] = [:]
    private var dayRules: [Scope: [AlertCondition: RuleSet]] = [:]
    private var entries: [Int64: Entry] = [:]

    /// The book of a workspace that never had a rule.
    static let empty = RuleBook(revision: 0, timeZone: .gmt, currency: "", entries: [])

    init(revision: Int64, timeZone: TimeZone, currency: String, entries: [Entry]) {
        self.revision = revision
        self.timeZone = timeZone
        self.currency = currency
        for entry in entries {
            let rule = entry.rule.definition
            let scope = Scope(metric: rule.metric, category: rule.category)
            self.entries[entry.rule.id] = entry
            if rule.condition == .value {
                valueRules[scope, default: RuleSet()].add(entry)
            } else {
                dayRules[scope, default: [:]][rule.condition, default: RuleSet()].add(entry)
            }
        }
    }

    /// Whether there is no active rule.
    var isEmpty: Bool { entries.isEmpty }

    /// The number of active rules.
    var count: Int { entries.count }

    /// The active rule of that number.
    subscript(ruleID: Int64) -> Entry? { entries[ruleID] }

    /// Whether any rule is about single points, and whether any is about days.
    var hasValueRules: Bool { !valueRules.isEmpty }
    var hasDayRules: Bool { !dayRules.isEmpty }

    /// The rules about single points that some points may do something to, by number.
    func valueRules(mayMatterTo points: PointBatch) -> [Int64: Entry] {
        var found: [Int64: Entry] = [:]
        for group in points.groups {
            let series = points.series[group.series]
            for scope in Self.scopes(of: series.metric, series.category) {
                guard let rules = valueRules[scope],
                    rules.mayMatter(from: group.rollup.minimum, to: group.rollup.maximum)
                else { continue }
                for entry in rules.entries { found[entry.rule.id] = entry }
            }
        }
        return found
    }

    /// The rules about days that points of a metric and category belong to, by what they are of and what they look at.
    func dayRules(of series: PointBatch.Series) -> [(scope: Scope, condition: AlertCondition, rules: RuleSet)] {
        Self.scopes(of: series.metric, series.category).flatMap { scope in
            (dayRules[scope] ?? [:]).map { (scope, $0.key, $0.value) }
        }
    }

    /// The rules about days, by what they are of.
    var allDayRules: [Scope: [Entry]] {
        dayRules.mapValues { sets in sets.values.flatMap(\.entries) }
    }

    private static func scopes(of metric: Metric, _ category: Label?) -> [Scope] {
        let all = Scope(metric: metric, category: nil)
        return category == nil ? [all] : [all, Scope(metric: metric, category: category)]
    }
}

extension Connection {
    /// The active rules of a workspace as they are now.
    ///
    /// - Parameter revision: What their state is known by; zero where there never was a rule.
    func ruleBook(of workspaceID: Int64, revision: Int64) throws -> RuleBook {
        guard revision > 0 else { return .empty }
        let entries = try all(
            """
            SELECT \(SQL.alertRuleColumns), a.latest_day
            FROM alert_rule AS r
            LEFT JOIN alert AS a
                ON a.workspace_id = r.workspace_id AND a.rule_id = r.id AND a.resolved_at IS NULL
            WHERE r.workspace_id = \(workspaceID) AND r.is_active = 1
            ORDER BY r.id
            """
        ) { row in
            let day = try row.optionalInteger(SQL.alertRuleColumnCount).flatMap { Day(number: Int($0)) }
            return RuleBook.Entry(rule: try AlertRule(row: row), brokenDay: day)
        }
        guard let workspace = try workspace(id: workspaceID) else {
            throw StoreError(.corrupt, "there is no workspace \(workspaceID)")
        }
        return RuleBook(
            revision: revision, timeZone: workspace.timeZone, currency: workspace.currency, entries: entries)
    }
}
