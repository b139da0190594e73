public import AnalyticsCore

/// What is to be done about rules and alerts because its time has come.
///
/// Each thing is done in one transaction together with the note of when the next is due. So it is done once, whichever
/// process does it and wherever one is broken off.
public struct DueAlertStore: Sendable {
    private let database: any Database

    /// How many days are made up for after a time in which no process ran.
    public static let mostDaysBehind = 31

    /// What is due in a database.
    public init(database: any Database) {
        self.database = database
    }

    /// A rule or an alert for which the time has come.
    public struct Key: Sendable, Hashable {
        /// Whose it is.
        public let workspaceID: Int64
        /// Its number.
        public let id: Int64
    }

    // MARK: - Days

    /// The rules that a day is to be decided for, those that have waited longest first.
    public func dueRules(limit: Int = 100, now: Instant) async throws -> [Key] {
        try await keys("FROM alert_rule WHERE next_decision_at <= \(now) ORDER BY next_decision_at LIMIT \(limit)")
    }

    /// Decides the next day of a rule, if its time has come and nobody else has done so.
    public func decide(_ key: Key, now: Instant) async throws {
        try await database.write { connection in
            let revision = try connection.holdIngest(in: key.workspaceID)
            let due = try connection.first(
                """
                SELECT next_day
                FROM alert_rule
                WHERE workspace_id = \(key.workspaceID) AND id = \(key.id) AND next_decision_at <= \(now)
                """
            ) { try $0.day(0) }
            guard let due else { return }
            let book = try connection.ruleBook(of: key.workspaceID, revision: revision)
            guard let entry = book[key.id] else {
                // Off since it was written.
                return try connection.schedule(nil, of: key)
            }
            let rule = entry.rule.definition
            let today = Day(of: now, in: book.timeZone)
            let day = max(due, today.advanced(by: -Self.mostDaysBehind))
            try connection.schedule(DayDecision(of: day.advanced(by: 1), for: rule, in: book.timeZone), of: key)
            var ledger = AlertLedger(
                connection: connection, workspaceID: key.workspaceID, currency: book.currency, now: now)
            try ledger.prepare(for: [entry], on: day...day)
            // On time is who decides by the day after at the latest.
            try connection.decide(entry, on: day, isLate: today > day.advanced(by: 1), key: key, &ledger)
            try ledger.finish()
        }
    }

    // MARK: - Reminders

    /// The alerts that somebody is to be reminded of, those that have waited longest first.
    public func dueReminders(limit: Int = 100, now: Instant) async throws -> [Key] {
        try await keys("FROM alert WHERE remind_at <= \(now) ORDER BY remind_at LIMIT \(limit)")
    }

    /// Reminds those who are notified of an alert that is still open, if its time has come and nobody else has done so.
    public func remind(_ key: Key, now: Instant) async throws {
        try await database.write { connection in
            try connection.holdIngest(in: key.workspaceID)
            let isDue = try connection.first(
                """
                SELECT 1
                FROM alert
                WHERE workspace_id = \(key.workspaceID) AND id = \(key.id) AND remind_at <= \(now)
                """
            ) { try $0.integer(0) }
            guard isDue != nil else { return }
            guard let alert = try connection.alert(key.id, workspaceID: key.workspaceID), alert.status != .resolved,
                let rule = try alert.rule.flatMap({ try connection.alertRule($0.id, workspaceID: key.workspaceID) })
            else { return try connection.remind(nil, of: key) }
            let next = rule.definition.reminderMinutes.map { now.advanced(bySeconds: Int64($0) * 60) }
            try connection.remind(next, of: key)
            guard next != nil, rule.definition.isActive, !rule.isSnoozed(at: now) else { return }
            try connection.announce(
                [AlertEvent(.updated, alert, notifies: true)], workspaceID: key.workspaceID, now: now)
        }
    }

    private func keys(_ source: SQL) async throws -> [Key] {
        try await database.read { connection in
            try connection.all("SELECT workspace_id, id \(source)") { row in
                Key(workspaceID: try row.integer(0), id: try row.integer(1))
            }
        }
    }
}

extension Connection {
    /// Notes which day a rule decides next, and when; nil for none.
    func schedule(_ decision: DayDecision?, of key: DueAlertStore.Key) throws {
        try execute(
            """
            UPDATE alert_rule
            SET next_day = \(decision?.day), next_decision_at = \(decision?.at)
            WHERE workspace_id = \(key.workspaceID) AND id = \(key.id)
            """)
    }

    fileprivate func remind(_ next: Instant?, of key: DueAlertStore.Key) throws {
        try execute(
            """
            UPDATE alert
            SET remind_at = \(next)
            WHERE workspace_id = \(key.workspaceID) AND id = \(key.id)
            """)
    }

    fileprivate func decide(
        _ entry: RuleBook.Entry, on day: Day, isLate: Bool, key: DueAlertStore.Key, _ ledger: inout AlertLedger
    ) throws {
        let rule = entry.rule.definition
        let categoryID = try figureID(of: rule.category, metric: rule.metric, workspaceID: key.workspaceID)
        let figures = try dailyFigures(
            of: rule.metric, categoryID: categoryID, on: DailyFigures.days(of: day, for: rule),
            workspaceID: key.workspaceID)
        let verdict = figures.verdict(
            on: rule, by: day, isDecided: true, isLate: isLate,
            brokenDay: entry.watchesRecovery ? entry.watchedDay : nil)
        switch verdict {
        case .broken(let breach): _ = try ledger.broken(entry.rule, breach)
        case .recovered: try ledger.recovered(entry.rule)
        case nil: break
        }
    }
}
