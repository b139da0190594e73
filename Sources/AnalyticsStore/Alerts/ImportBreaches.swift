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
        /// The number of times that the rule recovered between two breaches.
        var flaps = 0
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
            var course = RuleCourse(
                startsOpen: staged.count > 0 && !staged.isRecovered, resolves: entry.rule.definition.resolvesItself,
                brokenDay: staged.isRecovered ? nil : staged.latestDay ?? entry.watchedDay)
            course.observe(points, entry.rule.definition, watchesRecovery: entry.watchesRecovery)
            guard !course.steps.isEmpty else { continue }
            for step in course.steps {
                switch step {
                case .broken(let breaches):
                    if staged.isRecovered, staged.count > 0, entry.rule.definition.resolvesItself { staged.flaps += 1 }
                    staged.flaps += breaches.flaps
                    staged.count += breaches.count
                    staged.breach = Breach(
                        value: points[breaches.last].value, day: points[breaches.last].day,
                        recordID: stored.id(at: breaches.last).number)
                    staged.latestDay = max(staged.latestDay ?? breaches.latestDay, breaches.latestDay)
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
            .integer(staged.isRecovered ? 1 : 0), staged.flaps.sqlValue,
        ]
    }

    private func staged() throws -> [Int64: Staged] {
        var found: [Int64: Staged] = [:]
        try connection.forEachRow(
            """
            SELECT rule_id, breach_count, value, day, latest_day, record_id, is_recovered, flaps
            FROM import_breach
            WHERE \(SQL.isOfImport(key))
            ORDER BY rule_id
            """
        ) { row in
            var staged = Staged(
                count: Int(try row.integer(1)), isRecovered: try row.integer(6) == 1, flaps: Int(try row.integer(7)))
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
        // A rule that is gone or off by now decides nothing.
        let ofValues = try staged().compactMap { id, staged in book[id].map { (entry: $0, staged: staged) } }
            .filter { $0.entry.rule.definition.condition == .value }
            .sorted { $0.entry.rule.id < $1.entry.rule.id }
        try ledger.prepare(for: ofValues.map(\.entry))
        for (entry, staged) in ofValues {
            if let breach = staged.breach {
                let breach = Breach(
                    value: breach.value, day: breach.day, isLate: breach.day < today.day, recordID: breach.recordID)
                _ = try ledger.broken(
                    entry.rule, breach, count: staged.count, latestDay: staged.latestDay,
                    flaps: staged.flaps)
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
        try ledger.prepare(for: entries, on: first...last)
        let series = Dictionary(grouping: entries, by: \.rule.definition.condition).compactMapValues { entries in
            entries.first.map { sample in
                let lookBack = entries.reduce(1) { max($0, $1.rule.definition.consecutiveDays) }
                var seen = Set(days)
                if lookBack > 1 { for day in days { seen.formUnion((1..<lookBack).map { day.advanced(by: -$0) }) } }
                return FigureSeries(of: seen, by: figures, for: sample.rule.definition)
            }
        }
        for entry in entries.sorted(by: { $0.rule.id < $1.rule.id }) {
            guard let figures = series[entry.rule.definition.condition] else { continue }
            try settle(entry, on: days, by: figures, today: today, &ledger)
        }
    }

    private func settle(
        _ entry: RuleBook.Entry, on days: [Day], by figures: FigureSeries, today: LocalMoment,
        _ ledger: inout AlertLedger
    ) throws {
        let rule = entry.rule.definition
        var course = RuleCourse(
            startsOpen: ledger.isOpen(entry.rule), resolves: rule.resolvesItself, brokenDay: entry.watchedDay)
        var breaches: [Breach] = []
        for day in days {
            guard let index = figures.index(of: day) else { continue }
            let verdict = figures.verdict(
                on: rule, at: index, isDecided: today.hasDecided(day, for: rule), isLate: day < today.day,
                brokenDay: entry.watchesRecovery ? course.brokenDay : nil)
            switch verdict {
            case .broken(let breach):
                if !course.isOpen, ledger.isSettled(day, of: entry.rule) { continue }
                course.breaks(breaches.count, on: day)
                breaches.append(breach)
            case .recovered: course.recovers()
            case nil: break
            }
        }
        for step in course.steps {
            switch step {
            case .broken(let run):
                _ = try ledger.broken(
                    entry.rule, breaches[run.last], count: run.count, firstDay: run.firstDay, latestDay: run.latestDay,
                    flaps: run.flaps)
            case .recovered: try ledger.recovered(entry.rule)
            }
        }
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
            "is_recovered": .integer, "flaps": .integer,
        ],
        onConflict: """
            ON CONFLICT (workspace_id, import_id, rule_id) DO UPDATE SET
                breach_count = excluded.breach_count, value = excluded.value, day = excluded.day,
                latest_day = excluded.latest_day, record_id = excluded.record_id,
                is_recovered = excluded.is_recovered, flaps = excluded.flaps
            """)
}
