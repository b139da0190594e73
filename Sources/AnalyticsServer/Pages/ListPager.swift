import AnalyticsCore
import AnalyticsStore

/// The way from one part of a list to the others.
struct ListPager: Sendable {
    /// How many things the whole list has, such as `1 rule` or `57 alerts`.
    let total: String
    /// Where the list begins; nil where that is what is shown.
    let first: String?
    /// What comes behind; nil on the last part.
    let next: String?
    /// Whether there is more than what is shown.
    let isNeeded: Bool

    /// - Parameters:
    ///   - list: The part that is shown.
    ///   - page: How it was asked for.
    ///   - query: What the address has behind `?`.
    ///   - path: The page's.
    ///   - cursor: The field of the address that has the cursor; a page may have several lists.
    ///   - noun: What one thing is called.
    ///   - plural: What several are called, where that is not `noun` with an s.
    ///   - id: By what a thing is told from others.
    init<Item>(
        _ list: ListPage<Item>, of page: PageQuery, query: QueryString, path: String, cursor: String = "cursor",
        noun: String, plural: String? = nil, id: (Item) -> Int64
    ) {
        func address(_ place: String?) -> String {
            let fields = query.replacing([("page", nil), (cursor, place)])
            return fields.isEmpty ? path : "\(path)?\(fields)"
        }
        self.init(
            total: "\(FigureText.whole(list.total)) \(list.total == 1 ? noun : plural ?? noun + "s")",
            first: page.position == .page(1) ? nil : address(nil),
            next: list.hasMore ? list.items.last.map { address(Cursor(id: id($0)).text) } : nil)
    }

    /// The way to parts whose addresses are known.
    init(total: String, first: String?, next: String?) {
        self.total = total
        self.first = first
        self.next = next
        isNeeded = first != nil || next != nil
    }
}
