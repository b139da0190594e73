import AnalyticsCore

/// The effects of one transaction on the alerts of a workspace, and the events that tell of them.
///
/// All happens in memory first. ``finish()`` then writes everything in a few statements, however many rules were broken.
/// The transaction must have taken the workspace's row of `point_sequence` before, so that no other changes an alert
/// meanwhile.
struct AlertLedger {
    /// The place of an alert in the ledger.
    typealias Place = Int

    /// An alert that the transaction opens or changes.
    private struct Entry {
        var alert: Alert
        let rule: AlertRule
        /// Its status before the transaction; nil where that opens it.
        let formerStatus: Alert.Status?
        /// The latest day of any of its breaches in this transaction.
        var latestDay: Day?
        /// The alert as it was before it was resolved.
        var unresolved: Alert?
        var notifiesOpening = false
        var notifiesResolution = false
    }

    let connection: any Connection
    let workspaceID: Int64
    /// The workspace's currency, ISO 4217.
    let currency: String
    let now: Instant
    private var entries: [Entry] = []
    /// The alert of each rule that is open.
    private var open: [Int64: Place] = [:]
    /// The rules whose alerts are known.
    private var prepared: Set<Int64> = []
    /// The days of each rule whose alert a person has resolved.
    private var settledDays: [Int64: Set<Day>] = [:]
    /// The rules whose snooze ended with a good figure.
    private var awake: Set<Int64> = []

    init(connection: any Connection, workspaceID: Int64, currency: String, now: Instant) {
        self.connection = connection
        self.workspaceID = workspaceID
        self.currency = currency
        self.now = now
    }

    /// Reads the alerts of rules, all at once; it must come before anything else is asked or said of these rules.
    ///
    /// - Parameters:
    ///   - rules: The rules, as the book of the transaction has them.
    ///   - days: The days that may break those of them that are about days; nil where none of them is.
    mutating func prepare(for rules: [RuleBook.Entry], on days: ClosedRange<Day>? = nil) throws {
        let rules = rules.filter { prepared.insert($0.rule.id).inserted }
        let broken = rules.filter { $0.brokenDay != nil }
        let ofDays = days == nil ? [] : rules.filter { $0.rule.definition.condition != .value }
        var questions: [(question: Question, rules: [RuleBook.Entry])] = []
        if !broken.isEmpty {
            let keys = broken.map { [workspaceID.sqlValue, $0.rule.id.sqlValue] }
            questions.append((.lookup(.openAlerts, keys: keys), broken))
        }
        if let days, !ofDays.isEmpty {
            let bounds = [days.lowerBound.sqlValue, days.upperBound.sqlValue]
            let keys = ofDays.map { [workspaceID.sqlValue, $0.rule.id.sqlValue] + bounds }
            questions.append((.lookup(.settledDays, keys: keys), ofDays))
        }
        guard !questions.isEmpty else { return }
        try connection.ask(questions.map(\.question)) { question, index, row in
            let rule = questions[question].rules[index].rule
            if question == 0, !broken.isEmpty {
                let alert = try Alert(row: row)
                open[rule.id] = entries.count
                entries.append(Entry(alert: alert, rule: rule, formerStatus: alert.status))
            } else {
                settledDays[rule.id, default: []].insert(try row.day(0))
            }
        }
    }

    /// Whether an alert of a rule is open.
    func isOpen(_ rule: AlertRule) -> Bool { open[rule.id] != nil }

    /// Whether a person has resolved an alert that a day opened: that day opens no other.
    func isSettled(_ day: Day, of rule: AlertRule) -> Bool { settledDays[rule.id]?.contains(day) ?? false }

    /// The alert in a place, as it is by now; its number is known after ``finish()``.
    func alert(at place: Place) -> Alert { entries[place].alert }

    /// Whether the transaction opened the alert in a place.
    func isNew(_ place: Place) -> Bool { entries[place].formerStatus == nil }

    /// Opens the alert of a rule that was broken, or adds to the one that is open.
    ///
    /// A day breaks a rule about days once: a further breach by the day of the latest one changes its figure, and after
    /// a person has resolved the alert of a day that day opens no other.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - breach: The latest breach.
    ///   - count: The number of breaches, by as many points or days.
    ///   - firstDay: The day of the first of them.
    ///   - latestDay: The latest day of any of them.
    ///   - flaps: The number of times that the rule recovered between two of them.
    /// - Returns: The place of the alert, where it was opened or has more occurrences.
    mutating func broken(
        _ rule: AlertRule, _ breach: Breach, count: Int = 1, firstDay: Day? = nil, latestDay: Day? = nil,
        flaps: Int = 0
    ) throws -> Place? {
        guard prepared.contains(rule.id) else { throw Self.unprepared(rule) }
        let isOfDays = rule.definition.condition != .value
        guard let place = open[rule.id] else {
            if isOfDays, isSettled(breach.day, of: rule) { return nil }
            return open(rule, breach, count: count, latestDay: latestDay ?? breach.day, flaps: flaps)
        }
        let former = entries[place].alert
        let isSameDay = isOfDays && former.breach.day == firstDay ?? breach.day
        let added = isSameDay ? count - 1 : count
        guard added > 0 || former.breach.value != breach.value else { return nil }
        let (occurrences, overflow) = former.occurrences.addingReportingOverflow(added)
        var alert = former
        alert.breach = breach
        alert.occurrences = overflow ? .max : occurrences
        alert.flaps += flaps
        alert.message = rule.message(of: breach, flaps: alert.flaps, currency: currency)
        alert.lastTriggeredAt = now
        entries[place].alert = alert
        let latest = latestDay ?? breach.day
        entries[place].latestDay = max(entries[place].latestDay ?? latest, latest)
        return added > 0 ? place : nil
    }

    private mutating func open(
        _ rule: AlertRule, _ breach: Breach, count: Int, latestDay: Day, flaps: Int
    ) -> Place {
        let definition = rule.definition
        var alert = Alert(
            id: 0, rule: .init(id: rule.id, name: definition.name), metric: definition.metric,
            condition: definition.condition, comparison: definition.comparison, threshold: definition.threshold,
            severity: definition.severity, breach: breach,
            message: rule.message(of: breach, flaps: flaps, currency: currency), occurrences: count, triggeredAt: now,
            lastTriggeredAt: now)
        alert.flaps = flaps
        let place = entries.count
        entries.append(
            Entry(
                alert: alert, rule: rule, formerStatus: nil, latestDay: latestDay, notifiesOpening: !isSnoozed(rule)))
        open[rule.id] = place
        return place
    }

    /// Notes that a figure of a rule is good again: that ends a snooze until then, and resolves the alert where the rule
    /// says so.
    mutating func recovered(_ rule: AlertRule) throws {
        guard prepared.contains(rule.id) else { throw Self.unprepared(rule) }
        if rule.definition.resolvesItself, let place = open.removeValue(forKey: rule.id) {
            entries[place].unresolved = entries[place].alert
            entries[place].alert.resolution = Alert.Resolution(at: now, person: nil, note: nil)
            entries[place].notifiesResolution = !isSnoozed(rule)
        }
        if rule.snooze == .untilRecovered { awake.insert(rule.id) }
    }

    private func isSnoozed(_ rule: AlertRule) -> Bool {
        rule.isSnoozed(at: now) && !awake.contains(rule.id)
    }

    private static func unprepared(_ rule: AlertRule) -> StoreError {
        StoreError(.programming, "the alerts of rule \(rule.id) were not read")
    }

    // MARK: - Writing

    /// Writes all that happened and tells others of it.
    mutating func finish() throws {
        try numberNew()
        let changed = entries.filter { $0.formerStatus != nil && $0.latestDay != nil }
        let new = entries.filter { $0.formerStatus == nil }
        let resolved = entries.filter { $0.formerStatus != nil && $0.alert.status == .resolved }
        // Those that are open make room before others of the same rules are inserted.
        if !changed.isEmpty { try connection.execute(Self.update, forEach: changed.map(updateValues)) }
        if !resolved.isEmpty { try connection.execute(Self.resolve, forEach: resolved.map(resolveValues)) }
        if !new.isEmpty { try connection.insert(new.map(insertValues), .alerts) }
        try count(new + resolved)
        if !awake.isEmpty {
            try connection.execute(
                "UPDATE alert_rule SET is_snoozed_until_recovered = 0 WHERE workspace_id = ?1 AND id = ?2",
                forEach: awake.sorted().map { [workspaceID.sqlValue, $0.sqlValue] })
        }
        // Of alerts that get more occurrences the rules need to know only where a recovery has an effect: a good figure
        // must be of the latest day or later.
        let changesRules =
            !new.isEmpty || !resolved.isEmpty || !awake.isEmpty
            || changed.contains { $0.rule.definition.resolvesItself || $0.rule.snooze == .untilRecovered }
        if changesRules { try connection.changeRules(in: workspaceID) }
        try connection.announce(entries.flatMap(events), workspaceID: workspaceID, now: now)
    }

    private mutating func numberNew() throws {
        let places = entries.indices.filter(isNew)
        guard !places.isEmpty else { return }
        for (place, id) in zip(places, try connection.nextIDs(of: .alert, count: places.count)) {
            entries[place].alert.id = id
            entries[place].unresolved?.id = id
        }
    }

    private func count(_ entries: [Entry]) throws {
        var changes: [Severity: [Alert.Status: Int]] = [:]
        for entry in entries {
            if let former = entry.formerStatus { changes[entry.alert.severity, default: [:]][former, default: 0] -= 1 }
            changes[entry.alert.severity, default: [:]][entry.alert.status, default: 0] += 1
        }
        for severity in Severity.allCases {
            for status in Alert.Status.allCases {
                guard let change = changes[severity]?[status], change != 0 else { continue }
                try connection.countAlerts(change, status, severity, workspaceID: workspaceID)
            }
        }
    }

    /// The events that tell of an alert: two at most, that it was opened and that it was resolved.
    private func events(of entry: Entry) -> [AlertEvent] {
        var events: [AlertEvent] = []
        if entry.formerStatus == nil {
            events.append(
                AlertEvent(.triggered, entry.unresolved ?? entry.alert, notifies: entry.notifiesOpening))
        } else if entry.latestDay != nil, entry.alert.status != .resolved {
            events.append(AlertEvent(.updated, entry.alert, notifies: false))
        }
        if entry.alert.status == .resolved {
            events.append(AlertEvent(.resolved, entry.alert, notifies: entry.notifiesResolution))
        }
        return events
    }

    private static let update: StaticString = """
        UPDATE alert
        SET value = ?3, day = ?4, latest_day = CASE WHEN latest_day < ?5 THEN ?5 ELSE latest_day END, is_late = ?6,
            record_id = ?7, message = ?8, occurrences = ?9, flaps = ?10, last_triggered_at = ?11
        WHERE workspace_id = ?1 AND id = ?2
        """

    private func updateValues(of entry: Entry) -> [SQLValue] {
        let (alert, breach) = (entry.alert, entry.alert.breach)
        return [
            workspaceID.sqlValue, alert.id.sqlValue, breach.value?.sqlValue ?? .null, breach.day.sqlValue,
            (entry.latestDay ?? breach.day).sqlValue, .integer(breach.isLate ? 1 : 0),
            breach.recordID?.sqlValue ?? .null, alert.message.sqlValue, alert.occurrences.sqlValue,
            alert.flaps.sqlValue, alert.lastTriggeredAt.sqlValue,
        ]
    }

    private static let resolve: StaticString = """
        UPDATE alert
        SET status = 'resolved', resolved_at = ?3, resolved_by_id = NULL, resolved_by_name = NULL,
            resolution_note = NULL, remind_at = NULL
        WHERE workspace_id = ?1 AND id = ?2
        """

    private func resolveValues(of entry: Entry) -> [SQLValue] {
        [workspaceID.sqlValue, entry.alert.id.sqlValue, now.sqlValue]
    }

    private func insertValues(of entry: Entry) -> [SQLValue] {
        let (alert, breach) = (entry.alert, entry.alert.breach)
        let reminder =
            alert.status == .resolved
            ? nil : entry.rule.definition.reminderMinutes.map { now.advanced(bySeconds: Int64($0) * 60) }
        return [
            workspaceID.sqlValue, alert.id.sqlValue, entry.rule.id.sqlValue, alert.metric.column.sqlValue,
            alert.condition.rawValue.sqlValue, alert.comparison?.rawValue.sqlValue ?? .null,
            alert.threshold?.sqlValue ?? .null, alert.severity.rawValue.sqlValue, alert.status.rawValue.sqlValue,
            breach.value?.sqlValue ?? .null, breach.day.sqlValue, (entry.latestDay ?? breach.day).sqlValue,
            .integer(breach.isLate ? 1 : 0), breach.recordID?.sqlValue ?? .null, alert.message.sqlValue,
            alert.occurrences.sqlValue, alert.flaps.sqlValue, now.sqlValue, now.sqlValue,
            alert.resolution?.at.sqlValue ?? .null, reminder?.sqlValue ?? .null,
        ]
    }
}

extension Insertion {
    fileprivate static let alerts = Insertion(
        into: "alert",
        [
            "workspace_id": .integer, "id": .integer, "rule_id": .integer, "metric": .integer, "condition": .text,
            "comparison": .text, "threshold": .integer, "severity": .text, "status": .text, "value": .integer,
            "day": .integer, "latest_day": .integer, "is_late": .integer, "record_id": .integer, "message": .text,
            "occurrences": .integer, "flaps": .integer, "triggered_at": .integer, "last_triggered_at": .integer,
            "resolved_at": .integer, "remind_at": .integer,
        ])
}

extension Lookup {
    /// The alert of each rule that is not resolved.
    fileprivate static let openAlerts = Lookup(
        SQL.alertColumnNames,
        """
        FROM alert AS a
        LEFT JOIN alert_rule AS r ON r.workspace_id = a.workspace_id AND r.id = a.rule_id
        WHERE a.workspace_id = :workspace AND a.rule_id = :rule AND a.resolved_at IS NULL
        """, by: ["workspace": .integer, "rule": .integer])

    /// The days within bounds whose alert a person has resolved, of each rule.
    fileprivate static let settledDays = Lookup(
        ["a.day"],
        """
        FROM alert AS a
        WHERE a.workspace_id = :workspace AND a.rule_id = :rule AND a.day BETWEEN :first AND :last
            AND a.resolved_by_id IS NOT NULL
        """, by: ["workspace": .integer, "rule": .integer, "first": .integer, "last": .integer])
}

extension Connection {
    /// Resolves an alert that is open.
    ///
    /// - Returns: The alert as it is now.
    func resolve(_ alert: Alert, _ resolution: Alert.Resolution, workspaceID: Int64) throws -> Alert {
        try execute(
            """
            UPDATE alert
            SET status = 'resolved', resolved_at = \(resolution.at), resolved_by_id = \(resolution.person?.id),
                resolved_by_name = \(resolution.person?.name), resolution_note = \(resolution.note), remind_at = NULL
            WHERE workspace_id = \(workspaceID) AND id = \(alert.id)
            """)
        try countAlerts(-1, alert.status, alert.severity, workspaceID: workspaceID)
        try countAlerts(1, .resolved, alert.severity, workspaceID: workspaceID)
        var resolved = alert
        resolved.resolution = resolution
        return resolved
    }
}
