public import AnalyticsCore

/// The alerts of workspaces, and what people do with them.
///
/// Alerts belong to the workspace: read or resolved by one is so for all.
public struct AlertStore: Sendable {
    private let database: any Database

    /// The alerts of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// Which alerts are wanted.
    public struct Filter: Sendable, Equatable {
        /// Only those of that status.
        public var status: Alert.Status?
        /// Only those of that severity.
        public var severity: Severity?

        /// All, unless told otherwise.
        public init(status: Alert.Status? = nil, severity: Severity? = nil) {
            self.status = status
            self.severity = severity
        }
    }

    /// A part of the list with how many alerts there are of each status.
    public struct List: Sendable {
        /// The alerts, newest first.
        public let page: ListPage<Alert>
        /// How many there are of each status, of any severity.
        public let counts: [Alert.Status: Int]
        /// How many there are of each status, of the severity that is wanted.
        public let shownCounts: [Alert.Status: Int]
    }

    /// A part of a workspace's alerts, newest first.
    public func list(_ filter: Filter, _ slice: ListSlice, workspaceID: Int64) async throws -> List {
        try await database.read { connection in
            var conditions: [SQL] = ["a.workspace_id = \(workspaceID)", "a.id < \(slice.bound)"]
            if let status = filter.status { conditions.append("a.status = \(status.rawValue)") }
            if let severity = filter.severity { conditions.append("a.severity = \(severity.rawValue)") }
            let alerts = try connection.all(
                """
                SELECT \(SQL.alertColumns) \(SQL.alertsWithRules)
                WHERE \(SQL.joined(conditions, separator: " AND "))
                ORDER BY a.id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """, Alert.init(row:))
            var counts = Dictionary(uniqueKeysWithValues: Alert.Status.allCases.map { ($0, 0) })
            var shown = counts
            try connection.forEachRow(
                """
                SELECT status, severity, alert_count
                FROM alert_count
                WHERE workspace_id = \(workspaceID)
                ORDER BY status, severity
                """
            ) { row in
                let status: Alert.Status = try row.named(0)
                let severity: Severity = try row.named(1)
                let count = Int(try row.integer(2))
                counts[status, default: 0] += count
                if filter.severity ?? severity == severity { shown[status, default: 0] += count }
            }
            let total = filter.status.map { shown[$0] ?? 0 } ?? shown.values.reduce(0, +)
            return List(
                page: ListPage(alerts, of: slice, total: total), counts: counts, shownCounts: shown)
        }
    }

    /// The alert of that number, or nil where the workspace has none.
    public func alert(_ id: Int64, workspaceID: Int64) async throws -> Alert? {
        try await database.read { try $0.alert(id, workspaceID: workspaceID) }
    }

    // MARK: - Reading

    /// What became of an alert that was to be read.
    public enum Reading: Sendable, Equatable {
        /// The workspace has none of that number.
        case unknown
        /// It is resolved and cannot be read any more.
        case isResolved
        /// It is read, now or before.
        case read(Alert)
    }

    /// Marks an alert as read; one that is read already stays as it is.
    public func read(_ id: Int64, workspaceID: Int64, by person: Alert.Person, now: Instant) async throws -> Reading {
        try await database.write { connection in
            try connection.holdIngest(in: workspaceID)
            guard let alert = try connection.alert(id, workspaceID: workspaceID) else { return .unknown }
            switch alert.status {
            case .resolved: return .isResolved
            case .read: return .read(alert)
            case .unread:
                let read = try connection.read([alert], workspaceID: workspaceID, by: person, now: now)
                return .read(read.first ?? alert)
            }
        }
    }

    /// Marks alerts as read; those that are read or resolved already stay as they are, and what the workspace has not is
    /// passed over.
    ///
    /// - Parameter ids: At most a few hundred.
    /// - Returns: The alerts of those ids as they are now, newest first.
    public func read(
        _ ids: Set<Int64>, workspaceID: Int64, by person: Alert.Person, now: Instant
    ) async throws -> [Alert] {
        try await database.write { connection in
            try connection.holdIngest(in: workspaceID)
            let found = try ids.sorted(by: >).compactMap { try connection.alert($0, workspaceID: workspaceID) }
            let unread = found.filter { $0.status == .unread }
            let read = try connection.read(unread, workspaceID: workspaceID, by: person, now: now)
            let byID = Dictionary(read.map { ($0.id, $0) }) { first, _ in first }
            return found.map { byID[$0.id] ?? $0 }
        }
    }

    // MARK: - Resolving

    /// Resolves an alert; one that is resolved already stays as it is, with its note.
    ///
    /// - Returns: The alert as it is now, or nil where the workspace has none of that number.
    public func resolve(
        _ id: Int64, note: String?, workspaceID: Int64, by author: Author, now: Instant
    ) async throws -> Alert? {
        try await database.write { connection in
            try connection.changeRules(in: workspaceID)
            guard let alert = try connection.alert(id, workspaceID: workspaceID) else { return nil }
            if alert.status == .resolved { return alert }
            let person = author.person.map { Alert.Person(id: $0.id, name: $0.name) }
            let resolved = try connection.resolve(
                alert, Alert.Resolution(at: now, person: person, note: note), workspaceID: workspaceID)
            try connection.audit(
                .alertResolved, of: id, note.map { [AuditChange("note", from: nil, to: $0)] } ?? [], by: author,
                workspaceID: workspaceID, now: now)
            let rule = try alert.rule.flatMap { try connection.alertRule($0.id, workspaceID: workspaceID) }
            try connection.announce(
                [AlertEvent(.resolved, resolved, notifies: !(rule?.isSnoozed(at: now) ?? false))],
                workspaceID: workspaceID, now: now)
            return resolved
        }
    }
}

extension AlertStore {
    /// Removes alerts that were resolved long ago, the oldest first.
    ///
    /// - Parameters:
    ///   - end: The latest resolution of those that are removed.
    ///   - limit: The number of alerts at most.
    /// - Returns: The number of alerts that were removed.
    public func prune(resolvedBy end: Instant, limit: Int = 500) async throws -> Int {
        try await database.write { connection in
            let alerts = try connection.all(
                """
                SELECT workspace_id, id, severity
                FROM alert
                WHERE resolved_at <= \(end)
                ORDER BY resolved_at
                LIMIT \(limit)
                """
            ) { row -> (workspaceID: Int64, id: Int64, severity: Severity) in
                (try row.integer(0), try row.integer(1), try row.named(2))
            }
            guard !alerts.isEmpty else { return 0 }
            try connection.execute(
                "DELETE FROM alert WHERE workspace_id = ?1 AND id = ?2",
                forEach: alerts.map { [$0.workspaceID.sqlValue, $0.id.sqlValue] })
            for (workspaceID, alerts) in Dictionary(grouping: alerts, by: \.workspaceID).sorted(by: { $0.key < $1.key })
            {
                for severity in Severity.allCases {
                    let count = alerts.filter { $0.severity == severity }.count
                    if count > 0 { try connection.countAlerts(-count, .resolved, severity, workspaceID: workspaceID) }
                }
            }
            return alerts.count
        }
    }
}

extension Connection {
    /// Marks alerts as read that are not.
    fileprivate func read(
        _ alerts: [Alert], workspaceID: Int64, by person: Alert.Person, now: Instant
    ) throws -> [Alert] {
        guard !alerts.isEmpty else { return [] }
        try execute(
            """
            UPDATE alert
            SET status = 'read', read_at = ?3, read_by_id = ?4, read_by_name = ?5
            WHERE workspace_id = ?1 AND id = ?2
            """,
            forEach: alerts.map {
                [workspaceID.sqlValue, $0.id.sqlValue, now.sqlValue, person.id.sqlValue, person.name.sqlValue]
            })
        for (severity, alerts) in Dictionary(grouping: alerts, by: \.severity).sorted(by: {
            $0.key.rawValue < $1.key.rawValue
        }) {
            try countAlerts(-alerts.count, .unread, severity, workspaceID: workspaceID)
            try countAlerts(alerts.count, .read, severity, workspaceID: workspaceID)
        }
        let read = alerts.map { alert in
            var alert = alert
            alert.read = Alert.Handling(at: now, person: person)
            return alert
        }
        try announce(
            read.map { AlertEvent(.updated, $0, notifies: false) }, workspaceID: workspaceID, now: now)
        return read
    }
}
