import AnalyticsCore

import struct Foundation.TimeZone

/// Decides a workspace's rules by points that were just written, in the same transaction.
struct RuleEvaluation {
    /// Points of one request, which are written.
    struct Request {
        let stored: StoredBatch
        /// The category of each series.
        let categoryIDs: [Int64]
    }

    private let connection: any Connection
    private let book: RuleBook
    private let workspaceID: Int64
    private let today: LocalMoment
    private var ledger: AlertLedger
    /// The latest day that broke each rule, where it is open; from the book until something happens.
    private var brokenDays: [Int64: Day?] = [:]

    init(connection: any Connection, book: RuleBook, workspaceID: Int64, now: Instant) {
        self.connection = connection
        self.book = book
        self.workspaceID = workspaceID
        today = LocalMoment(at: now, in: book.timeZone)
        ledger = AlertLedger(connection: connection, workspaceID: workspaceID, currency: book.currency, now: now)
    }

    /// Decides rules about single points by each point in order, and those about days once by each day.
    ///
    /// - Returns: The alerts that each request opened or added an occurrence to, by its index, oldest first. What a day
    ///   of several requests did is said to the first of them.
    mutating func decide(_ requests: [Request]) throws -> [Int: [RaisedAlert]] {
        var raised: [Int: [Int64: RaisedAlert]] = [:]
        func note(_ alert: RaisedAlert?, of request: Int) {
            guard let alert else { return }
            let isNew = alert.isNew || raised[request]?[alert.alert.id]?.isNew ?? false
            raised[request, default: [:]][alert.alert.id] = RaisedAlert(alert.alert, isNew: isNew)
        }
        if book.hasValueRules {
            for (index, request) in requests.enumerated() {
                for alert in try decideValues(of: request) { note(alert, of: index) }
            }
        }
        if book.hasDayRules {
            for (alert, index) in try decideDays(of: requests) { note(alert, of: index) }
        }
        try ledger.finish()
        return raised.mapValues { $0.values.sorted { $0.alert.id < $1.alert.id } }
    }

    // MARK: - Single points

    private mutating func decideValues(of request: Request) throws -> [RaisedAlert] {
        let points = request.stored.points
        var candidates: [Int64: RuleBook.Entry] = [:]
        for group in points.groups {
            for entry in book.valueRules(of: points.series[group.series], mayMatterTo: group.rollup) {
                candidates[entry.rule.id] = entry
            }
        }
        var raised: [RaisedAlert] = []
        for entry in candidates.values.sorted(by: { $0.rule.id < $1.rule.id }) {
            var course = RuleCourse(
                of: entry.rule.definition, watchesRecovery: entry.watchesRecovery, brokenDay: brokenDay(of: entry))
            course.observe(points)
            brokenDays[entry.rule.id] = .some(course.brokenDay)
            for step in course.steps {
                switch step {
                case .broken(let last, let latestDay, let count):
                    let breach = Breach(
                        value: points.entries[last].value, day: points.day(at: last),
                        isLate: points.day(at: last) < today.day, recordID: request.stored.id(at: last).number)
                    if let alert = try ledger.broken(entry.rule, breach, count: count, latestDay: latestDay) {
                        raised.append(alert)
                    }
                case .recovered:
                    try ledger.recovered(entry.rule)
                }
            }
        }
        return raised
    }

    private func brokenDay(of entry: RuleBook.Entry) -> Day? {
        brokenDays[entry.rule.id] ?? entry.watchedDay
    }

    // MARK: - Days

    /// A day of some figures that rules look at.
    private struct TouchedDay: Hashable {
        let scope: RuleBook.Scope
        let day: Day
    }

    private mutating func decideDays(of requests: [Request]) throws -> [(RaisedAlert, request: Int)] {
        var touched: [TouchedDay: (request: Int, categoryID: Int64, series: PointBatch.Series)] = [:]
        for (index, request) in requests.enumerated() {
            for group in request.stored.points.groups {
                let series = request.stored.points.series[group.series]
                for (scope, _, _) in book.dayRules(of: series) {
                    let key = TouchedDay(scope: scope, day: group.day)
                    if touched[key] == nil { touched[key] = (index, request.categoryIDs[group.series], series) }
                }
            }
        }
        var raised: [(RaisedAlert, request: Int)] = []
        for (key, origin) in touched.sorted(by: { $0.key.day < $1.key.day }) {
            let categoryID = key.scope.category == nil ? nil : origin.categoryID
            for (scope, condition, rules) in book.dayRules(of: origin.series) where scope == key.scope {
                for alert in try decide(rules, condition, on: key.day, categoryID: categoryID) {
                    raised.append((alert, origin.request))
                }
            }
        }
        return raised
    }

    /// Decides rules that look at the same figure of a day.
    private mutating func decide(
        _ rules: RuleBook.RuleSet, _ condition: AlertCondition, on day: Day, categoryID: Int64?
    ) throws -> [RaisedAlert] {
        guard let sample = rules.entries.first?.rule.definition else { return [] }
        if condition != .missing {
            // One look at the day's own figure tells most rules that it is none of their business.
            let figures = try connection.dailyFigures(
                of: sample.metric, categoryID: categoryID,
                on: condition == .daily ? [day] : [day, day.advanced(by: -7)], workspaceID: workspaceID)
            guard let figure = figures.figure(of: day, for: sample), rules.mayMatter(from: figure, to: figure) else {
                return []
            }
        }
        let days = rules.entries.reduce(into: Set<Day>()) {
            $0.formUnion(DailyFigures.days(of: day, for: $1.rule.definition))
        }
        let figures = try connection.dailyFigures(
            of: sample.metric, categoryID: categoryID, on: days, workspaceID: workspaceID)
        return try rules.entries.compactMap { entry in
            let rule = entry.rule.definition
            let isOver = today.hasDecided(day, for: rule)
            if !rule.breaksWithDay || isOver,
                let breach = figures.breach(of: rule, on: day, isLate: day < today.day)
            {
                let latest = max(brokenDay(of: entry) ?? day, day)
                brokenDays[entry.rule.id] = .some(latest)
                return try ledger.broken(entry.rule, breach)
            }
            if entry.watchesRecovery, !rule.recoversWithDay || isOver, let broken = brokenDay(of: entry), day >= broken,
                figures.isRecovery(of: rule, on: day)
            {
                brokenDays[entry.rule.id] = .some(nil)
                try ledger.recovered(entry.rule)
            }
            return nil
        }
    }
}

/// A moment in a workspace's time zone.
private struct LocalMoment {
    let instant: Instant
    let zone: TimeZone
    let day: Day

    init(at instant: Instant, in zone: TimeZone) {
        self.instant = instant
        self.zone = zone
        day = Day(of: instant, in: zone)
    }

    /// Whether the time has come at which a day is decided for a rule.
    func hasDecided(_ other: Day, for rule: NewAlertRule) -> Bool {
        if other != day { return other < day }
        return rule.time != nil && DayDecision(of: day, for: rule, in: zone).isDue(at: instant)
    }
}

extension RuleCourse {
    /// Looks at the points of the rule's metric and category, in order.
    mutating func observe(_ points: PointBatch) {
        let isOfRule = points.series.map { concerns($0.metric, $0.category) }
        for index in points.indices {
            let group = points.groups[points.entries[index].group]
            guard isOfRule[group.series] else { continue }
            observe(index, value: points.entries[index].value, day: group.day)
        }
    }
}

extension PointBatch {
    /// The day of a point.
    fileprivate func day(at index: Int) -> Day { groups[entries[index].group].day }
}
