import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/analytics`.
///
/// | route               | needs            |
/// |---------------------|------------------|
/// | GET  /              | view-analytics   |
/// | POST /              | ingest-analytics |
/// | GET  /kpi           | view-analytics   |
/// | GET  /chart/:metric | view-analytics   |
/// | GET  /categories    | view-analytics   |
struct AnalyticsRoutes {
    let ingest: IngestQueue
    let points: PointStore
    let rollups: RollupStore
    let answers: AnswerCache
    let publicURL: PublicURL
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .authorized(.get, "/api/v1/analytics", .viewAnalytics, list),
            .authorized(.post, "/api/v1/analytics", .ingestAnalytics, readsBody: true, store),
            .authorized(.get, "/api/v1/analytics/kpi", .viewAnalytics, kpi),
            .authorized(.get, "/api/v1/analytics/chart/{metric}", .viewAnalytics, chart),
            .authorized(.get, "/api/v1/analytics/categories", .viewAnalytics, categories),
        ]
    }

    @Sendable private func store(_ call: Call, _ session: Session) async throws -> Response {
        let workspace = session.member.workspace
        let today = Day(of: now(), in: workspace.timeZone)
        let point = try NewPoint(validating: IngestBody(call.body).fields, today: today)
        let stored = try await ingest.ingest([point], workspaceID: workspace.id)
        var json = JSONWriter()
        json.object { json in
            json.name("data")
            for point in stored { RecordView(stored: point).write(to: &json) }
            json.list("alerts", EmptyCollection<Never>()) { _, _ in }
        }
        return .json(json, status: .created)
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        let query = call.query
        var rules = FieldRules()
        let filter = PointFilter(query, rules: &rules)
        let page = PageQuery(query, defaultSize: 30, rules: &rules)
        try rules.check()
        let list = try await points.list(
            filter, at: page.pointPosition, limit: page.size, workspaceID: session.member.workspace.id)
        var json = JSONWriter(capacity: 256 * (list.points.count + 4))
        PageView(
            items: list.points.map(RecordView.init), total: list.total,
            nextCursor: list.hasMore ? list.points.last.map { Cursor(id: $0.id.number) } : nil, page: page,
            query: query, path: publicURL.text + call.request.uri.path
        ).write(to: &json)
        return .json(json)
    }

    @Sendable private func kpi(_ call: Call, _ session: Session) async throws -> Response {
        try await answers.response(to: call, session: session) { today in
            let period = try PeriodChoice(call.query, default: 7).period(today: today)
            let totals = try await rollups.totals(of: period, workspaceID: session.member.workspace.id)
            return KPIView(
                period: period, workspace: session.member.workspace, current: totals.current,
                previous: totals.previous)
        }
    }

    @Sendable private func chart(_ call: Call, _ session: Session) async throws -> Response {
        try await answers.response(to: call, session: session) { today in
            var rules = FieldRules()
            let metric = rules.metric(FieldInput(trimming: Array(call.parameter("metric").utf8)[...]), "metric")
            let choice = PeriodChoice(call.query, default: 7, rules: &rules)
            guard let metric, let choice, rules.issues.isEmpty else { throw ValidationError(issues: rules.issues) }
            let period = choice.period(today: today)
            let totals = try await rollups.dailyTotals(
                of: metric, in: period, workspaceID: session.member.workspace.id)
            return ChartView(series: ChartSeries(metric: metric, period: period, totals: totals))
        }
    }

    @Sendable private func categories(_ call: Call, _ session: Session) async throws -> Response {
        try await answers.response(to: call, session: session) { today in
            let period = try PeriodChoice(call.query, default: 30).period(today: today)
            let totals = try await rollups.categoryTotals(
                of: .revenue, in: period, workspaceID: session.member.workspace.id)
            return CategoriesView(period: period, shares: CategoryShares(totals: totals))
        }
    }
}

extension PointFilter {
    /// The filter that a query asks for.
    fileprivate init(_ query: QueryString, rules: inout FieldRules) {
        self.init(
            metric: rules.metric(query["metric_type"], "metric_type", required: false),
            from: rules.day(query["from"], "from"), to: rules.day(query["to"], "to"),
            category: rules.text(query["category"], "category", length: Label.length).map(Label.init),
            source: rules.text(query["source"], "source", length: Label.length).map(Label.init))
        rules.refuseReversed(from: from, to: to)
    }
}

extension PageQuery {
    fileprivate var pointPosition: PointPosition {
        switch position {
        case .page: .offset(offset)
        case .cursor(let cursor): .after(PointID(number: cursor.id))
        }
    }
}
