import AnalyticsCore

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
        let candidates = book.valueRules(mayMatterTo: points)
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

    /// A day that rules look at which look at the same figures.
    private struct TouchedDay: Hashable {
        let day: Day
        let scope: RuleBook.Scope
        let condition: AlertCondition
    }

    private mutating func decideDays(of requests: [Request]) throws -> [(RaisedAlert, request: Int)] {
        var touched: [TouchedDay: (request: Int, categoryID: Int64, rules: RuleBook.RuleSet)] = [:]
        for (index, request) in requests.enumerated() {
            for group in request.stored.points.groups {
                for (scope, condition, rules) in book.dayRules(of: request.stored.points.series[group.series]) {
                    let key = TouchedDay(day: group.day, scope: scope, condition: condition)
                    if touched[key] == nil { touched[key] = (index, request.categoryIDs[group.series], rules) }
                }
            }
        }
        var raised: [(RaisedAlert, request: Int)] = []
        for (key, origin) in touched.sorted(by: { $0.key.day < $1.key.day }) {
            let categoryID = key.scope.category == nil ? nil : origin.categoryID
            for alert in try decide(origin.rules, on: key, categoryID: categoryID) {
                raised.append((alert, origin.request))
            }
        }
        return raised
    }

    /// Decides rules that look at the same figure of a day.
    private mutating func decide(
        _ rules: RuleBook.RuleSet, on touched: TouchedDay, categoryID: Int64?
    ) throws -> [RaisedAlert] {
        guard let sample = rules.entries.first?.rule.definition else { return [] }
        let day = touched.day
        func read(_ days: Set<Day>) throws -> DailyFigures {
            try connection.dailyFigures(
                of: touched.scope.metric, categoryID: categoryID, on: days, workspaceID: workspaceID)
        }
        let near: Set<Day> = touched.condition == .dailyChangePercent ? [day, day.advanced(by: -7)] : [day]
        var figures = try read(near)
        if touched.condition != .missing {
            // The day's own figure tells most rules that it is none of their business.
            guard let figure = figures.figure(of: day, for: sample), rules.mayMatter(from: figure, to: figure) else {
                return []
            }
        }
        let days = rules.entries.reduce(into: Set<Day>()) {
            $0.formUnion(DailyFigures.days(of: day, for: $1.rule.definition))
        }
        if !days.isSubset(of: near) { figures = try read(days) }
        return try rules.entries.compactMap { entry in
            let rule = entry.rule
            let brokenDay = brokenDay(of: entry)
            let verdict = figures.verdict(
                on: rule.definition, by: day, isDecided: today.hasDecided(day, for: rule.definition),
                isLate: day < today.day, brokenDay: entry.watchesRecovery ? brokenDay : nil)
            switch verdict {
            case .broken(let breach):
                brokenDays[rule.id] = .some(max(brokenDay ?? day, day))
                return try ledger.broken(rule, breach)
            case .recovered:
                brokenDays[rule.id] = .some(nil)
                try ledger.recovered(rule)
                return nil
            case nil:
                return nil
            }
        }
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
