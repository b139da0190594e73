import AnalyticsCore
import AnalyticsRender
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct ReportHTMLTests {
    private func html(_ content: ReportContent) -> String {
        String(decoding: ReportDocument(content).html(), as: UTF8.self)
    }

    @Test("every figure is there as in the rows")
    func figures() {
        let document = ReportDocument(ReportSample.month)
        let html = html(document.content)
        for row in document.figureRows {
            for part in [row.label, row.value, "Previous: \(row.previous)", row.changeText] {
                #expect(html.contains(">\(part)<"), "\(part)")
            }
        }
        let parts = [
            "1 Oct – 31 Oct 2026 against 1 Sep – 30 Sep 2026", "252,887.2501 EUR", "1 Nov 2026, 06:00 (UTC+01:00)",
        ]
        for part in parts { #expect(html.contains(part), "\(part)") }
    }

    @Test("it refers to nothing outside and has no script")
    func isSelfContained() {
        for content in [ReportSample.month, ReportSample.long, ReportSample.content(isEmpty: true)] {
            let html = html(content).replacingOccurrences(of: "xmlns=\"http://www.w3.org/2000/svg\"", with: "")
            for part in ["<script", "http", "javascript:", " src=", " href=", "@import", "<link", " onload", "url(h"] {
                #expect(!html.lowercased().contains(part), "\(part)")
            }
        }
    }

    @Test("texts that look like markup are texts")
    func escaping() {
        let hostile = "</title></style><script>alert('1')</script>&\"<img onerror=x>"
        let alerts = [
            ReportContent.AlertLine(
                day: ReportSample.october.to, severity: .info, status: .read, message: hostile, occurrences: 1)
        ]
        let categories = CategoryShares(totals: [(Label(hostile), WideAmount(tenThousandths: 10_000))])
        let html = html(
            ReportSample.content(
                name: hostile, workspace: hostile, currency: "<b>", categories: categories, alerts: alerts))
        for part in ["<script", "<img", "<b>", "alert('1')"] { #expect(!html.contains(part), "\(part)") }
        #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;&lt;img"))
    }

    @Test("its elements are closed in the order in which they were opened, and no id is there twice")
    func isWellFormed() throws {
        for content in [ReportSample.month, ReportSample.long, ReportSample.content(isEmpty: true)] {
            // What of HTML is not XML: the declaration, and elements without an end.
            let xml = html(content).replacingOccurrences(of: "<!DOCTYPE html>", with: "")
                .replacing(/<meta ([^>]*)>/) { "<meta \($0.output.1)/>" }
            let parser = XMLParser(data: Data(xml.utf8))
            #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
            let ids = xml.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) }
            #expect(Set(ids).count == ids.count)
        }
    }

    @Test("tables have captions and headings, and the page has a language")
    func semantics() {
        let html = html(ReportSample.month)
        #expect(html.contains("<html lang=\"en\">"))
        #expect(html.matches(of: /<table/).count == 2)
        #expect(html.matches(of: /<caption>/).count == 2)
        #expect(html.matches(of: /<th scope="col"/).count == 8)
        #expect(html.matches(of: /<h1>/).count == 1)
    }

    @Test("what is not listed is counted")
    func moreAlerts() {
        let sentence = "The newest 100 of 345 alerts are listed; 245 more are in AnalyticsPro."
        #expect(html(ReportSample.long).contains(sentence))
        #expect(html(ReportSample.content(isEmpty: true)).contains("No alerts in this period."))
    }

    @Test("the same content gives the same bytes")
    func determinism() {
        #expect(ReportDocument(ReportSample.long).html() == ReportDocument(ReportSample.long).html())
    }
}
