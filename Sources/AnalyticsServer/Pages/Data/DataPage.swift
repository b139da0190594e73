import AnalyticsCore
import AnalyticsStore

/// `/data`: the data points one by one, newest first, and the imports that brought some of them.
///
/// The query has the filters of `GET /api/v1/analytics` with its `cursor` and `per_page`, and where the list of imports
/// goes on as `imports`.
struct DataPage {
    let kit: PageKit
    let points: PointStore
    let imports: ImportStore

    var route: Route { kit.page("/data", .data, template: "data", model) }

    /// How many points a page shows unless it is asked for another number.
    private static let pointsPerPage = 30
    /// How many imports are shown at a time.
    private static let importsPerPage = 10
    /// How many categories are proposed where one is typed.
    private static let mostProposals = 200

    @Sendable private func model(_ visit: PageKit.Visit) async throws -> any Sendable {
        let query = visit.query
        var rules = FieldRules()
        let filter = PointFilter(query, rules: &rules)
        let page = PageQuery(query, defaultSize: Self.pointsPerPage, rules: &rules)
        let importCursor = rules.cursor(query["imports"], "imports")
        try rules.check()
        let workspaceID = visit.workspace.id
        let list = try await points.list(filter, at: page.pointPosition, limit: page.size, workspaceID: workspaceID)
        let categories = try await points.categories(limit: Self.mostProposals, workspaceID: workspaceID)
        let words = PageWords(workspace: visit.workspace, now: visit.now)
        let address = DataAddress(
            filter: filter, page: page, defaultSize: Self.pointsPerPage, importCursor: importCursor)
        // Without the permission to ingest nobody sees imports in the API either.
        let loads: DataModel.Imports? =
            visit.may(.ingestAnalytics)
            ? DataModel.Imports(
                try await imports.list(
                    ListSlice(importCursor.map { .below($0.id) } ?? .offset(0), limit: Self.importsPerPage),
                    workspaceID: workspaceID),
                address: address, words: words)
            : nil
        return DataModel(
            list: list, filter: filter, address: address, categories: categories, imports: loads, today: visit.today,
            words: words)
    }
}
