import AnalyticsCore

/// A report as a page in HTML.
struct ReportPage {
    let document: ReportDocument
    let charts: ReportCharts

    var content: ReportContent { document.content }

    /// The page of a report.
    init(_ document: ReportDocument) {
        self.document = document
        charts = ReportCharts(content: document.content, theme: .automatic)
    }

    /// The whole page.
    var html: String {
        let title = HTMLText.escaped("\(content.name) – \(content.workspace)")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="generator" content="AnalyticsPro">
            <title>\(title)</title>
            <style>
            \(ReportStyle.css)</style>
            </head>
            <body>
            <div class="page">
            \(head)<main>
            \(cards)\(dailyCharts)\(categories)\(alerts)</main>
            \(notes)</div>
            </body>
            </html>

            """
    }

    private var head: String {
        """
        <header>
        <p class="workspace">\(HTMLText.isolated(content.workspace))</p>
        <h1>\(HTMLText.isolated(content.name))</h1>
        <p class="period">\(ReportWords.type(content.type)) · \(HTMLText.escaped(document.periodText))</p>
        <p class="muted">\(HTMLText.escaped(ReportWords.origin(content)))</p>
        </header>

        """
    }

    private var cards: String {
        guard !content.figures.isEmpty else { return "" }
        var html =
            "<section class=\"cards\" aria-labelledby=\"figures\">\n"
            + "<h2 class=\"unseen\" id=\"figures\">Key figures</h2>\n"
        for (figure, row) in zip(content.figures, document.figureRows) {
            let isWide = row.metric.kind == .money
            // As wide as the card is, so that its line is as strong as the others.
            let sparkline = charts.sparkline(figure, width: isWide ? 440 : 200, height: 40)
            html += """
                <article class="card\(isWide ? " wide" : "")">
                <h3>\(HTMLText.escaped(row.label))</h3>
                <p class="value">\(HTMLText.escaped(row.value))</p>
                <p class="change \(row.meaning.rawValue)">\(HTMLText.escaped(row.changeText))</p>
                <p class="muted">Previous: \(HTMLText.escaped(row.previous))</p>
                \(sparkline)</article>

                """
        }
        return html + "</section>\n"
    }

    private var dailyCharts: String {
        guard !content.figures.isEmpty else { return "" }
        var html = "<section>\n<h2>Day by day</h2>\n<div class=\"charts\">\n"
        for (index, figure) in content.figures.enumerated() {
            var svg = charts.daily(figure, width: 420, height: 230)
            if index == 0 { svg = wide(figure) + "<div class=\"narrow\">\n\(svg)</div>\n" }
            let caption = HTMLText.escaped(ReportWords.extremes(figure, text: content.text))
            html += "<figure>\n\(svg)<figcaption>\(caption)</figcaption>\n</figure>\n"
        }
        return html + "</div>\n</section>\n"
    }

    /// The first chart as wide as the page, for windows that are; its ids are not those of the narrow one.
    private func wide(_ figure: ReportContent.Figure) -> String {
        let svg = charts.daily(figure, width: 940, height: 300)
            .replacing("\"chart-\(figure.metric.rawValue)-", with: "\"wide-\(figure.metric.rawValue)-")
            .replacing(" chart-\(figure.metric.rawValue)-", with: " wide-\(figure.metric.rawValue)-")
            .replacing("#chart-\(figure.metric.rawValue)-", with: "#wide-\(figure.metric.rawValue)-")
        return "<div class=\"wide\">\n\(svg)</div>\n"
    }

    private var notes: String {
        let items = ReportWords.notes(content).map { "<li>\(HTMLText.escaped($0))</li>\n" }.joined()
        return "<footer>\n<h2>Notes</h2>\n<ul class=\"notes\">\n\(items)</ul>\n</footer>\n"
    }
}
