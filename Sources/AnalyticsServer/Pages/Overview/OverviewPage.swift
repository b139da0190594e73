import AnalyticsCore
import AnalyticsRender
import AnalyticsStore

/// `/`: the key figures of a period, one of them as a chart, the revenue by category and the latest alerts.
struct OverviewPage {
    let kit: PageKit
    let rollups: RollupStore
    let points: PointStore
    let alerts: AlertStore

    var route: Route { kit.page("/", .overview, template: "overview", model) }

    /// How many alerts are shown.
    private static let mostAlerts = 5

    @Sendable private func model(_ visit: PageKit.Visit) async throws -> any Sendable {
        var rules = FieldRules()
        let days = rules.periodLength(visit.query["period"], "period", default: 7)
        let metric = rules.choice(visit.query["metric"], "metric", default: Metric.revenue)
        try rules.check()
        guard let days, let metric else { throw ValidationError(issues: rules.issues) }
        let period = Period(days: days, endingOn: visit.today)
        let workspaceID = visit.workspace.id
        let (figures, categories) = try await rollups.figures(of: period, workspaceID: workspaceID)
        let words = PageWords(workspace: visit.workspace, now: visit.now)
        var isEmpty = figures.allSatisfy {
            $0.kpi.count == 0 && $0.previous.values.allSatisfy { ($0 ?? .zero) == .zero }
        }
        if isEmpty {
            isEmpty = try await points.list(PointFilter(), at: .offset(0), limit: 1, workspaceID: workspaceID)
                .points.isEmpty
        }
        var latest: [AlertItem] = []
        if visit.may(.manageAlerts) {
            let list = try await alerts.list(
                .init(), ListSlice(.offset(0), limit: Self.mostAlerts), workspaceID: workspaceID)
            latest = list.page.items.map { AlertItem($0, words: words) }
        }
        return OverviewModel(
            figures: figures, categories: categories, metric: metric, period: period, alerts: latest, isEmpty: isEmpty,
            words: words, publicURL: visit.call.publicURL.text)
    }
}
