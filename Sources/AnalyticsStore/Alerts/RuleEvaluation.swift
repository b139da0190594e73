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
    /// The day from which on a good figure of each rule is a recovery; from the book until something happens.
    private var brokenDays: [Int64: Day?] = [:]
    /// The alerts that each request opened or added an occurrence to, as each request left them.
    private var raised: [Int: [AlertLedger.Place: (alert: Alert, isNew: Bool)]] = [:]
    /// The new alerts that a request was told of.
    private var told: Set<AlertLedger.Place> = []

    init(connection: any Connection, book: RuleBook, workspaceID: Int64, now: Instant) {
        self.connection = connection
        self.book = book
        self.workspaceID = workspaceID
        today = LocalMoment(at: now, in: book.timeZone)
        ledger = AlertLedger(connection: connection, workspaceID: workspaceID, currency: book.currency, now: now)
    }

    /// Decides rules about single points by each point in order, and those about days once by each day.
    ///
    /// Each request opens at most one alert of a rule and resolves it at most once. All of them together cost a number of
    /// statements that depends neither on the number of rules that were broken nor on how often that happened.
    ///
    /// - Returns: The alerts that each request opened or added an occurrence to, by its index, oldest first. The first
    ///   request that has points of a day is told of what that day did.
    mutating func decide(_ requests: [Request]) throws -> [Int: [RaisedAlert]] {
        if book.hasValueRules { try decideValues(of: requests) }
        if book.hasDayRules { try decideDays(of: requests) }
        try ledger.finish()
        return raised.mapValues { raised in
            raised.map { place, raised in
                var alert = raised.alert
                alert.id = ledger.alert(at: place).id
                return RaisedAlert(alert, isNew: raised.isNew)
            }.sorted { $0.alert.id < $1.alert.id }
        }
    }

    /// Does to a rule's alerts what the figures of a request did to the rule.
    private mutating func apply(
        _ course: RuleCourse, to rule: AlertRule, of request: Int, breach: (Int) -> Breach
    ) throws {
        for step in course.steps {
            switch step {
            case .broken(let breaches):
                let place = try ledger.broken(
                    rule, breach(breaches.last), count: breaches.count, firstDay: breaches.firstDay,
                    latestDay: breaches.latestDay, flaps: breaches.flaps)
                guard let place else { continue }
                let isNew = ledger.isNew(place) && told.insert(place).inserted
                let wasNew = raised[request]?[place]?.isNew ?? false
                raised[request, default: [:]][place] = (ledger.alert(at: place), isNew || wasNew)
            case .recovered:
                try ledger.recovered(rule)
            }
        }
        brokenDays[rule.id] = .some(course.brokenDay)
    }

    /// Has a request told of its alerts as they are now.
    private mutating func refresh(_ request: Int) {
        for place in raised[request, default: [:]].keys { raised[request]?[place]?.alert = ledger.alert(at: place) }
    }

    private func brokenDay(of entry: RuleBook.Entry) -> Day? {
        brokenDays[entry.rule.id] ?? entry.watchedDay
    }

    private func course(of entry: RuleBook.Entry) -> RuleCourse {
        RuleCourse(
            startsOpen: ledger.isOpen(entry.rule), resolves: entry.rule.definition.resolvesItself,
            brokenDay: brokenDay(of: entry))
    }

    // MARK: - Single points

    private mutating func decideValues(of requests: [Request]) throws {
        let candidates = requests.map { book.valueRules(mayMatterTo: $0.stored.points) }
        try ledger.prepare(for: candidates.flatMap(\.values))
        for (index, request) in requests.enumerated() {
            for entry in candidates[index].values.sorted(by: { $0.rule.id < $1.rule.id }) {
                try decide(entry, by: request, index)
            }
            refresh(index)
        }
    }

    private mutating func decide(_ entry: RuleBook.Entry, by request: Request, _ index: Int) throws {
        let points = request.stored.points
        let today = today.day
        var course = course(of: entry)
        course.observe(points, entry.rule.definition, watchesRecovery: entry.watchesRecovery)
        try apply(course, to: entry.rule, of: index) { index in
            let day = points.day(at: index)
            return Breach(
                value: points.entries[index].value, day: day, isLate: day < today,
                recordID: request.stored.id(at: index).number)
        }
    }

    // MARK: - Days

    /// The rules about days that look at the same figures.
    private struct Watch: Hashable {
        let scope: RuleBook.Scope
        let condition: AlertCondition
    }

    /// The days of some requests that rules look at.
    private struct TouchedDays {
        let rules: RuleBook.RuleSet
        /// The number of the scope's category; nil for all of the metric's points.
        let categoryID: Int64?
        /// The first request that has points of each day.
        var requests: [Day: Int] = [:]
    }

    /// The days by which rules are decided, with their figures.
    private struct JudgedDays {
        let rules: RuleBook.RuleSet
        let figures: FigureSeries
        /// The days of each request, in order.
        let days: [Int: [Day]]
    }

    private mutating func decideDays(of requests: [Request]) throws {
        var touched: [Watch: TouchedDays] = [:]
        for (index, request) in requests.enumerated() {
            for group in request.stored.points.groups {
                for (scope, condition, rules) in book.dayRules(of: request.stored.points.series[group.series]) {
                    let categoryID = scope.category == nil ? nil : request.categoryIDs[group.series]
                    let watch = Watch(scope: scope, condition: condition)
                    var days = touched[watch] ?? TouchedDays(rules: rules, categoryID: categoryID)
                    days.requests[group.day] = days.requests[group.day] ?? index
                    touched[watch] = days
                }
            }
        }
        let judged = try touched.compactMap { try judge($0.value, $0.key) }
        let days = judged.flatMap { $0.days.values.joined() }
        guard let first = days.min(), let last = days.max() else { return }
        let entries = judged.flatMap { judged in judged.rules.entries.map { (entry: $0, judged: judged) } }
            .sorted { $0.entry.rule.id < $1.entry.rule.id }
        try ledger.prepare(for: entries.map(\.entry), on: first...last)
        for index in requests.indices {
            for (entry, judged) in entries {
                guard let days = judged.days[index] else { continue }
                try decide(entry, on: days, by: judged.figures, index)
            }
            refresh(index)
        }
    }

    /// Reads the figures of the days that may do something to rules; nil where none may.
    private func judge(_ touched: TouchedDays, _ watch: Watch) throws -> JudgedDays? {
        guard let sample = touched.rules.entries.first?.rule.definition else { return nil }
        func read(_ days: Set<Day>) throws -> DailyFigures {
            try connection.dailyFigures(
                of: watch.scope.metric, categoryID: touched.categoryID, on: days, workspaceID: workspaceID)
        }
        let isChange = watch.condition == .dailyChangePercent
        var days = Set(touched.requests.keys)
        let near = isChange ? days.union(days.map { $0.advanced(by: -7) }) : days
        var figures = try read(near)
        if watch.condition != .missing {
            // The figure of the day alone tells most rules that nothing has changed for them.
            let mattering = days.filter { day in
                figures.figure(of: day, for: sample).map { touched.rules.mayMatter(from: $0, to: $0) } ?? false
            }
            // A good day behind one that may break a rule may be its recovery.
            if mattering.isEmpty || !touched.rules.entries.contains(where: \.watchesRecovery) { days = mattering }
        }
        if days.isEmpty { return nil }
        let lookBack = touched.rules.entries.reduce(1) { max($0, $1.rule.definition.consecutiveDays) }
        var seen = days
        if lookBack > 1 {
            for day in days { seen.formUnion((1..<lookBack).map { day.advanced(by: -$0) }) }
            figures = try read(isChange ? seen.union(seen.map { $0.advanced(by: -7) }) : seen)
        }
        return JudgedDays(
            rules: touched.rules, figures: FigureSeries(of: seen, by: figures, for: sample),
            days: Dictionary(grouping: days.sorted()) { touched.requests[$0] ?? 0 })
    }

    private mutating func decide(
        _ entry: RuleBook.Entry, on days: [Day], by figures: FigureSeries, _ request: Int
    ) throws {
        let rule = entry.rule
        var course = course(of: entry)
        var breaches: [Breach] = []
        for day in days {
            guard let index = figures.index(of: day) else { continue }
            let verdict = figures.verdict(
                on: rule.definition, at: index, isDecided: today.hasDecided(day, for: rule.definition),
                isLate: day < today.day, brokenDay: entry.watchesRecovery ? course.brokenDay : nil)
            switch verdict {
            case .broken(let breach):
                if !course.isOpen, ledger.isSettled(day, of: rule) { continue }
                course.breaks(breaches.count, on: day)
                breaches.append(breach)
            case .recovered: course.recovers()
            case nil: break
            }
        }
        try apply(course, to: rule, of: request) { breaches[$0] }
    }
}

extension RuleCourse {
    /// Adds the points of a rule's metric and category, in order.
    mutating func observe(_ points: PointBatch, _ rule: NewAlertRule, watchesRecovery: Bool) {
        let isOfRule = points.series.map { rule.concerns($0.metric, $0.category) }
        for index in points.indices {
            let group = points.groups[points.entries[index].group]
            guard isOfRule[group.series] else { continue }
            observe(
                rule, watchesRecovery: watchesRecovery, index, value: points.entries[index].value, day: group.day)
        }
    }
}

extension PointBatch {
    /// The day of a point.
    fileprivate func day(at index: Int) -> Day { groups[entries[index].group].day }
}
