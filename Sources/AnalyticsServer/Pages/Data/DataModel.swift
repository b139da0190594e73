import AnalyticsCore
import AnalyticsRender
import AnalyticsStore

/// What the page of the data shows.
struct DataModel: Sendable {
    /// One of several things to choose.
    struct Choice: Sendable {
        let name: String
        let label: String
        let isCurrent: Bool
    }

    /// What stands in the fields of the filter.
    struct Filter: Sendable {
        let metrics: [Choice]
        let from: String?
        let to: String?
        let category: String?
        let source: String?
    }

    /// The list of imports.
    struct Imports: Sendable {
        let items: [ImportItem]
        let isEmpty: Bool
        let pager: ListPager

        init(_ page: ListPage<DataImport>, address: DataAddress, words: PageWords) {
            items = page.items.map { ImportItem($0, words: words) }
            isEmpty = items.isEmpty
            pager = ListPager(
                total: words.count(page.total, "import"),
                first: address.isBehindNewestImport ? address.newestImports : nil,
                next: page.hasMore ? page.items.last.map { address.older(than: $0) } : nil)
        }
    }

    let filter: Filter
    let isFiltered: Bool
    let points: [PointItem]
    let hasPoints: Bool
    /// Whether there is no data point at all, so that there is nothing to filter.
    let isEmpty: Bool
    /// How many points pass, such as `1,170 data points`, where that is kept.
    let title: String
    let pager: ListPager
    let csv: String
    let ndjson: String
    /// What is proposed where a category or a source is typed.
    let categories: [String]
    let sources: [String]
    /// The metrics, to choose one of a new point.
    let metrics: [Choice]
    let currency: String
    let today: String
    /// The last day that a point may have.
    let lastDay: String
    let imports: Imports?

    init(
        list: PointList, filter: PointFilter, address: DataAddress, categories: [Label], imports: Imports?, today: Day,
        words: PageWords
    ) {
        func choices(_ current: Metric?) -> [Choice] {
            Metric.allCases.map { Choice(name: $0.rawValue, label: $0.title, isCurrent: $0 == current) }
        }
        self.filter = Filter(
            metrics: choices(filter.metric), from: filter.from?.description, to: filter.to?.description,
            category: filter.category?.text, source: filter.source?.text)
        isFiltered = filter != PointFilter()
        points = list.points.map { PointItem($0, words: words) }
        hasPoints = !points.isEmpty
        isEmpty = !hasPoints && !isFiltered && !address.isBehindNewest
        title = list.total.map { words.count($0, "data point") } ?? "Data points"
        pager = ListPager(
            total: "", first: address.isBehindNewest ? address.newest : nil,
            next: list.next.map(address.older(than:)))
        csv = address.export(as: .csv)
        ndjson = address.export(as: .ndjson)
        self.categories = categories.map(\.text)
        sources = Set(list.points.compactMap(\.point.source)).sorted().map(\.text)
        metrics = choices(.revenue)
        currency = words.workspace.currency
        self.today = today.description
        lastDay = today.advanced(by: 1).description
        self.imports = imports
    }
}
