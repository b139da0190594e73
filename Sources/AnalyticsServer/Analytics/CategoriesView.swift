import AnalyticsCore

/// Revenue by category.
struct CategoriesView: JSONView {
    let period: Period
    let shares: CategoryShares

    func write(to json: inout JSONWriter) {
        let rows = shares.shares
        json.object { json in
            json.member("period", period.length)
            json.member("total", shares.total)
            json.list("labels", rows) { $0.string($1.category.text) }
            if shares.total > .zero {
                json.list("data", rows) { $0.percentage($1.percentage) }
            } else {
                json.name("data")
                json.null()
            }
            json.list("categories", rows) { json, row in
                json.object { json in
                    json.member("category", row.category.text)
                    json.member("total", row.total)
                    json.member("percentage", row.percentage)
                }
            }
        }
    }
}
