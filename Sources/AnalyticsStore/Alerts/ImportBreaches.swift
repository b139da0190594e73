import AnalyticsCore

/// What the points of an import do to rules: kept apart chunk by chunk while nobody sees the points, and done when they
/// all become visible.
///
/// An import opens at most one alert of a rule, however many of its points or days break it.
struct ImportBreaches {
    let connection: any Connection
    let key: ImportKey
    let now: Instant

    /// What the points so far did to a rule about single points.
    private struct Staged {
        var count = 0
        var breach: Breach?
        var latestDay: Day?
        var isRecovered = false
    }

    // MARK: - Chunk by chunk

    /// Keeps what some points that were just written do to rules about single points.
    ///
    /// - Parameter revision: Which state the rules are in.
    func stage(_ stored: StoredBatch, revision: Int64) throws {
        let book = try connection.ruleBook(of: key.workspaceID, revision: revision)
        guard book.hasValueRules else { return }
        let points = stored.points
        var candidates = book.valueRules(mayMatterTo: points)
        let former = try staged()
        // What was broken by an earlier chunk may recover by any point of this one.
        for (id, staged) in former where staged.count > 0 && !staged.isRecovered {
            if let entry = book[id], entry.watchesRecovery { candidates[id] = entry }
        }
        var rows: [[SQLValue]] = []
        for entry in candidates.values.sorted(by: { $0.rule.id < $1.rule.id }) {
            var staged = former[entry.rule.id] ?? Staged()
            let brokenDay = staged.isRecovered ? nil : staged.latestDay ?? entry.watchedDay
            var course = RuleCourse(
                of: entry.rule.definition, watchesRecovery: entry.watchesRecovery, brokenDay: brokenDay)
            course.observe(points)
            guard !course.steps.isEmpty else { continue }
            for step in course.steps {
                switch step {
                case .broken(let last, let latestDay, let count):
                    staged.count += count
                    staged.breach = Breach(
                        value: points[last].value, day: points[last].day, recordID: stored.id(at: last).number)
                    staged.latestDay = max(staged.latestDay ?? latestDay, latestDay)
                    staged.isRecovered = false
                case .recovered:
                    staged.isRecovered = true
                }
            }
            rows.append(columns(of: staged, ruleID: entry.rule.id))
        }
        try connection.insert(rows, .importBreaches)
    }

    private func columns(of staged: Staged, ruleID: Int64) -> [SQLValue] {
        [
            key.workspaceID.sqlValue, key.id.sqlValue, ruleID.sqlValue, staged.count.sqlValue,
            staged.breach?.value?.sqlValue ?? .null, staged.breach?.day.sqlValue ?? .null,
            staged.latestDay?.sqlValue ?? .null, staged.breach?.recordID?.sqlValue ?? .null,
            .integer(staged.isRecovered ? 1 : 0),
        ]
    }

    private func staged() throws -> [Int64: Staged] {
        var found: [Int64: Staged] = [:]
        try connection.forEachRow(
            """
            SELECT rule_id, breach_count, value, day, latest_day, record_id, is_recovered
            FROM import_breach
            WHERE \(SQL.isOfImport(key))
            ORDER BY rule_id
            """
        ) { row in
            var staged = Staged(count: Int(try row.integer(1)), isRecovered: try row.integer(6) == 1)
            if staged.count > 0 {
                staged.breach = Breach(
                    value: try row.optionalAmount(2), day: try row.day(3), recordID: try row.optionalInteger(5))
                staged.latestDay = try row.day(4)
            }
            found[try row.integer(0)] = staged
        }
        return found
    }

    /// Forgets what was kept.
    func forget() throws {
        try connection.execute("DELETE FROM import_breach WHERE \(SQL.isOfImport(key))")
    }

    // MARK: - All at once

    /// Opens alerts by all points, which have just become visible, and adds to those that are open.
    ///
    /// It must come after their rollups were added to the others'.
    func settle(revision: Int64) throws {
        let book = try connection.ruleBook(of: key.workspaceID, revision: revision)
        guard !book.isEmpty else { return }
        let today = LocalMoment(at: now, in: book.timeZone)
        var ledger = AlertLedger(
            connection: connection, workspaceID: key.workspaceID, currency: book.currency, now: now)
        for (id, staged) in try staged().sorted(by: { $0.key < $1.key }) {
            // A rule that is gone or off by now decides nothing.
            guard let entry = book[id], entry.rule.definition.condition == .value else { continue }
            if let breach = staged.breach {
                let breach = Breach(
                    value: breach.value, day: breach.day, isLate: breach.day < today.day, recordID: breach.recordID)
                _ = try ledger.broken(entry.rule, breach, count: staged.count, latestDay: staged.latestDay)
            }
            if staged.isRecovered { try ledger.recovered(entry.rule) }
        }
        for (scope, entries) in book.allDayRules {
            try settle(entries, of: scope, today: today, &ledger)
        }
        try forget()
        try ledger.finish()
    }

    private func settle(
        _ entries: [RuleBook.Entry], of scope: RuleBook.Scope, today: LocalMoment, _ ledger: inout AlertLedger
    ) throws {
        let categoryID = try connection.figureID(
            of: scope.category, metric: scope.metric, workspaceID: key.workspaceID)
        let days = try touchedDays(of: scope.metric, categoryID: categoryID)
        guard let first = days.first, let last = days.last else { return }
        let figures = try connection.dailyFigures(
            of: scope.metric, categoryID: categoryID, from: first.advanced(by: -DailyFigures.mostLookBack), to: last,
            workspaceID: key.workspaceID)
        for entry in entries.sorted(by: { $0.rule.id < $1.rule.id }) {
            try settle(entry, on: days, by: figures, today: today, &ledger)
        }
    }

    private func settle(
        _ entry: RuleBook.Entry, on days: [Day], by figures: DailyFigures, today: LocalMoment,
        _ ledger: inout AlertLedger
    ) throws {
        let rule = entry.rule.definition
        var brokenDay = entry.watchedDay
        var run: (first: Day, last: Breach, count: Int)?
        func write() throws {
            guard let found = run else { return }
            _ = try ledger.broken(entry.rule, found.last, count: found.count, firstDay: found.first)
            run = nil
        }
        for day in days {
            let verdict = figures.verdict(
                on: rule, by: day, isDecided: today.hasDecided(day, for: rule), isLate: day < today.day,
                brokenDay: entry.watchesRecovery ? brokenDay : nil)
            switch verdict {
            case .broken(let breach):
                run = (run?.first ?? day, breach, (run?.count ?? 0) + 1)
                brokenDay = max(brokenDay ?? day, day)
            case .recovered:
                try write()
                try ledger.recovered(entry.rule)
                brokenDay = nil
            case nil:
                break
            }
        }
        try write()
    }

    /// The days of the import's points of a metric, or of one of its categories, in order.
    private func touchedDays(of metric: Metric, categoryID: Int64?) throws -> [Day] {
        if let categoryID {
            return try connection.all(
                """
                SELECT day
                FROM data_import_rollup
                WHERE \(SQL.isOfImport(key)) AND metric = \(metric.column) AND category_id = \(categoryID)
                ORDER BY day
                """
            ) { try $0.day(0) }
        }
        return try connection.all(
            "SELECT day FROM data_import_day WHERE \(SQL.isOfImport(key)) AND metric = \(metric.column) ORDER BY day"
        ) { try $0.day(0) }
    }
}

extension Insertion {
    /// What an import's points do to rules, in the place of what was known so far.
    fileprivate static let importBreaches = Insertion(
        into: "import_breach",
        [
            "workspace_id": .integer, "import_id": .integer, "rule_id": .integer, "breach_count": .integer,
            "value": .integer, "day": .integer, "latest_day": .integer, "record_id": .integer,
            "is_recovered": .integer,
        ],
        onConflict: """
            ON CONFLICT (workspace_id, import_id, rule_id) DO UPDATE SET
                breach_count = excluded.breach_count, value = excluded.value, day = excluded.day,
                latest_day = excluded.latest_day, record_id = excluded.record_id,
                is_recovered = excluded.is_recovered
            """)
}
