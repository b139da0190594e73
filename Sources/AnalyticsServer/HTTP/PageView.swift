/// A part of a list with the way to its other parts.
struct PageView<Item: JSONView>: JSONView {
    let items: [Item]
    /// How many things the whole list has; nil where that is not kept.
    let total: Int?
    /// Where the next part begins; nil on the last.
    let nextCursor: Cursor?
    let page: PageQuery
    let query: QueryString
    /// The list's address without its query.
    let path: String
    /// Whether the link to the next part has the cursor even where this part was asked for by the number of its page.
    var linksCursor = false
    /// Writes what `meta` has beside what every list's has.
    var writeMore: @Sendable (inout JSONWriter) -> Void = { _ in }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.list("data", items) { $1.write(to: &$0) }
            json.object("links") { writeLinks(to: &$0) }
            json.object("meta") { writeMeta(to: &$0) }
        }
    }

    /// The number of the last page: 1 for an empty list, nil where the total is not known.
    private var lastPage: Int? {
        total.map { max(1, ($0 - 1) / page.size + 1) }
    }

    private var number: Int? {
        guard case .page(let number) = page.position else { return nil }
        return number
    }

    private func writeLinks(to json: inout JSONWriter) {
        json.member("first", link(page: 1))
        json.member("last", lastPage.map(link(page:)))
        json.member("prev", number.flatMap { $0 > 1 ? link(page: $0 - 1) : nil })
        json.member("next", nextLink)
    }

    private var nextLink: String? {
        guard let nextCursor else { return nil }
        guard let number, !linksCursor else { return link([("page", nil), ("cursor", nextCursor.text)]) }
        let (next, overflow) = number.addingReportingOverflow(1)
        return overflow ? nil : link(page: next)
    }

    private func link(page: Int) -> String {
        link([("cursor", nil), ("page", String(page))])
    }

    private func link(_ replacements: [(name: String, value: String?)]) -> String {
        path + "?" + query.replacing(replacements)
    }

    private func writeMeta(to json: inout JSONWriter) {
        // Of an empty part nothing is the first and nothing the last.
        let first = number.flatMap { _ in items.isEmpty ? nil : page.offset + 1 }
        json.member("current_page", number)
        json.member("from", first)
        json.member("to", first.map { $0 + items.count - 1 })
        json.member("last_page", lastPage)
        json.member("per_page", page.size)
        json.member("total", total)
        json.member("path", path)
        json.member("next_cursor", nextCursor?.text)
        writeMore(&json)
    }
}
