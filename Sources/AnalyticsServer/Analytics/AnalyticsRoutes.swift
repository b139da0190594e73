import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/analytics`: what was stored.
///
/// | route                  | needs            |
/// |------------------------|------------------|
/// | GET /                  | view-analytics   |
/// | PATCH  /:id            | ingest-analytics |
/// | DELETE /:id            | ingest-analytics |
/// | GET /kpi               | view-analytics   |
/// | GET /chart/:metric     | view-analytics   |
/// | GET /chart/:metric.svg | view-analytics   |
/// | GET /categories        | view-analytics   |
struct AnalyticsRoutes {
    let points: PointStore
    let rollups: RollupStore
    let corrections: CorrectionStore
    let answers: AnswerCache
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .authorized(.get, "/api/v1/analytics", .viewAnalytics, .listRecords, list),
            .authorized(.get, "/api/v1/analytics/kpi", .viewAnalytics, .kpi, kpi),
            .authorized(.get, "/api/v1/analytics/chart/{metric}", .viewAnalytics, .chart, chart),
            .authorized(.get, "/api/v1/analytics/chart/{metric}.svg", .viewAnalytics, .chartPicture, chartPicture),
            .authorized(.get, "/api/v1/analytics/categories", .viewAnalytics, .categories, categories),
            .authorized(
                .patch, "/api/v1/analytics/{id}", .ingestAnalytics, .correctRecord, body: .json, correct),
            .authorized(.delete, "/api/v1/analytics/{id}", .ingestAnalytics, .deleteRecord, remove),
        ]
    }

    @Sendable private func correct(_ call: Call, _ session: Session) async throws -> Response {
        let id = PointID(number: try call.id())
        let workspaceID = session.member.workspace.id
        guard let stored = try await corrections.point(id, workspaceID: workspaceID),
            let corrected = try await corrections.correct(
                id, PointCorrection(call.body, of: stored), workspaceID: workspaceID, by: call.author(session),
                now: now())
        else { throw APIError.notFound }
        return .data(RecordView(stored: corrected))
    }

    @Sendable private func remove(_ call: Call, _ session: Session) async throws -> Response {
        let isRemoved = try await corrections.remove(
            PointID(number: try call.id()), workspaceID: session.member.workspace.id, by: call.author(session),
            now: now())
        guard isRemoved else { throw APIError.notFound }
        return .message("Record deleted successfully.")
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
            nextCursor: list.next.map { Cursor(id: $0.number) }, page: page, query: query, path: call.url,
            // A short page with others behind it: those are not where page numbers have them.
            linksCursor: list.points.count < page.size
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

    @Sendable private func chartPicture(_ call: Call, _ session: Session) async throws -> Response {
        let workspace = session.member.workspace
        return try await answers.response(to: call, workspace: workspace, contentType: "image/svg+xml") { today in
            try await ChartPicture(call.parameter("metric"), call.query)
                .svg(today: today, of: workspace, from: rollups)
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
    init(_ query: QueryString, rules: inout FieldRules) {
        self.init(
            metric: rules.metric(query["metric_type"], "metric_type", required: false),
            from: rules.day(query["from"], "from"), to: rules.day(query["to"], "to"),
            category: rules.text(query["category"], "category", length: Label.length).map(Label.init),
            source: rules.text(query["source"], "source", length: Label.length).map(Label.init))
        rules.refuseReversed(from: from, to: to)
    }
}

extension PageQuery {
    /// Where a list of data points begins.
    var pointPosition: PointPosition {
        switch position {
        case .page: .offset(offset)
        case .cursor(let cursor): .after(PointID(number: cursor.id))
        }
    }
}
