import AnalyticsCore
import AnalyticsStore

/// `/alerts`: what has happened, to be read and resolved.
struct AlertsPage {
    let kit: PageKit
    let alerts: AlertStore

    var route: Route { kit.page("/alerts", .alerts, template: "alerts", model) }

    @Sendable private func model(_ visit: PageKit.Visit) async throws -> any Sendable {
        let query = visit.query
        var rules = FieldRules()
        let filter = AlertStore.Filter(
            status: rules.filter(query["status"], "status"), severity: rules.filter(query["severity"], "severity"))
        let page = PageQuery(visit.query, defaultSize: 20, rules: &rules)
        try rules.check()
        let list = try await alerts.list(filter, page.slice, workspaceID: visit.workspace.id)
        return AlertsModel(
            list, filter: filter,
            pager: ListPager(list.page, of: page, query: query, path: "/alerts", noun: "alert", id: \.id), query: query,
            words: PageWords(workspace: visit.workspace, now: visit.now))
    }
}
