import AnalyticsCore

extension ReportPage {
    /// The revenue by category, as a donut and as a table.
    var categories: String {
        let heading = "<section>\n<h2>Revenue by category</h2>\n"
        let shares = content.categories
        guard !shares.shares.isEmpty else {
            return heading + "<p class=\"muted\">\(HTMLText.escaped(ReportWords.noCategories))</p>\n</section>\n"
        }
        let donut = charts.donut(width: 260, height: 290)
        var html = """
            \(heading)<div class="categories">
            <div class="donut">
            \(donut.svg())</div>
            <div class="scroll">
            <table>
            <caption>Totals of \(HTMLText.escaped(ReportWords.period(content.period)))</caption>
            <thead><tr><th scope="col">Category</th><th scope="col" class="figure">Total</th>\
            <th scope="col" class="figure">Share</th></tr></thead>
            <tbody>

            """
        for (index, share) in shares.shares.enumerated() {
            let mark = "<span class=\"mark\" style=\"background:\(HTMLText.escaped(donut.color(at: index)))\"></span>"
            html += row(
                name: mark + HTMLText.isolated(share.category.text), total: share.total,
                share: content.text.share(share.percentage))
        }
        html += "</tbody>\n<tfoot>\n"
        html += row(name: "Total", total: shares.total, share: shares.totalShare(content.text))
        return html + "</tfoot>\n</table>\n</div>\n</div>\n</section>\n"
    }

    private func row(name: String, total: WideAmount, share: String) -> String {
        "<tr><th scope=\"row\">\(name)</th><td class=\"figure\">"
            + "\(HTMLText.escaped(content.text.value(total, .money)))</td>"
            + "<td class=\"figure\">\(HTMLText.escaped(share))</td></tr>\n"
    }

    /// The alerts of the period.
    var alerts: String {
        let heading = "<section>\n<h2>Alerts</h2>\n"
        let more = ReportWords.moreAlerts(content)
        guard !content.alerts.isEmpty else {
            let none = more ?? ReportWords.noAlerts
            return heading + "<p class=\"muted\">\(HTMLText.escaped(none))</p>\n</section>\n"
        }
        var html = """
            \(heading)<table class="alerts">
            <caption>\(HTMLText.escaped(more ?? "All alerts of the period, the newest first"))</caption>
            <thead><tr><th scope="col">Day</th><th scope="col">Severity</th><th scope="col">Status</th>\
            <th scope="col">What happened</th><th scope="col" class="figure">Times</th></tr></thead>
            <tbody>

            """
        for alert in content.alerts {
            html += """
                <tr class="\(alert.severity.rawValue)">\
                <td>\(HTMLText.time(alert.day.description, ReportWords.day(alert.day)))</td>\
                <td class="severity"><span class="dot"></span>\(ReportWords.severity(alert.severity))</td>\
                <td class="status">\(ReportWords.status(alert.status))</td>\
                <td class="message">\(HTMLText.isolated(alert.message))</td>\
                <td class="figure">\(alert.occurrences)</td></tr>

                """
        }
        return html + "</tbody>\n</table>\n</section>\n"
    }
}
