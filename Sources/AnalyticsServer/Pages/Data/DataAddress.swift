import AnalyticsCore
import AnalyticsStore

/// Where the page of the data is found with other filters, further down, and as a file.
struct DataAddress: Sendable {
    /// What narrows the points down.
    private let filters: [(name: String, value: String?)]
    /// How many points a page shows; nil for as many as usual.
    private let size: String?
    /// Behind which point it begins; nil for the newest.
    private let cursor: String?
    /// Behind which import the list of those begins; nil for the newest.
    private let importCursor: String?

    /// Whether something older than the newest points is shown.
    let isBehindNewest: Bool
    /// Whether something older than the newest imports is shown.
    var isBehindNewestImport: Bool { importCursor != nil }

    init(filter: PointFilter, page: PageQuery, defaultSize: Int, importCursor: Cursor?) {
        filters = [
            ("metric_type", filter.metric?.rawValue), ("from", filter.from?.description),
            ("to", filter.to?.description),
            ("category", filter.category?.text), ("source", filter.source?.text),
        ]
        size = page.size == defaultSize ? nil : String(page.size)
        switch page.position {
        case .page(let number):
            cursor = nil
            isBehindNewest = number > 1
        case .cursor(let cursor):
            self.cursor = cursor.text
            isBehindNewest = true
        }
        self.importCursor = importCursor?.text
    }

    /// The newest points that pass the same filters.
    var newest: String { path([("imports", importCursor)], fragment: "records") }

    /// The points behind one.
    func older(than id: PointID) -> String {
        path([("cursor", Cursor(id: id.number).text), ("imports", importCursor)], fragment: "records")
    }

    /// The newest imports.
    var newestImports: String { path([("cursor", cursor)], fragment: "imports") }

    /// The imports behind one.
    func older(than dataImport: DataImport) -> String {
        path([("cursor", cursor), ("imports", Cursor(id: dataImport.id).text)], fragment: "imports")
    }

    /// All points that pass the filters, as a file.
    func export(as format: ExportFormat) -> String {
        "/api/v1/analytics/export?" + QueryString("").replacing([("format", format.rawValue)] + filters)
    }

    private func path(_ more: [(name: String, value: String?)], fragment: String) -> String {
        let query = QueryString("").replacing(filters + [("per_page", size)] + more)
        return "/data" + (query.isEmpty ? "" : "?" + query) + "#" + fragment
    }
}
