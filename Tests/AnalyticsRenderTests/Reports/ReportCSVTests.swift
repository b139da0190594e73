import AnalyticsCore
import AnalyticsRender
import Foundation
import Testing

@Suite struct ReportCSVTests {
    private func lines(_ content: ReportContent) -> [String] {
        String(decoding: ReportDocument(content).csv(), as: UTF8.self).components(separatedBy: "\r\n")
    }

    @Test("the file is as it was when somebody last looked at it")
    func golden() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let url = folder.appendingPathComponent("Golden/report.csv")
        let csv = Data(ReportDocument(ReportSample.month).csv())
        if ProcessInfo.processInfo.environment["ANALYTICSPRO_WRITE_GOLDEN"] == "1" { try csv.write(to: url) }
        #expect(try Data(contentsOf: url) == csv)
    }

    @Test("every metric has its exact figures in one row")
    func figures() throws {
        let content = ReportSample.month
        let lines = lines(content)
        #expect(lines.first == "section,metric,category,day,value,previous_value,change_percent,unit,count,percentage")
        #expect(lines.last?.isEmpty == true)
        for (figure, row) in zip(content.figures, ReportDocument(content).figureRows) {
            let kpi = figure.kpi
            let value = try #require(kpi.value)
            let previous = try #require(kpi.previousValue)
            let change = kpi.changePercent?.description ?? ""
            let unit = figure.metric.unit(currency: "EUR")
            #expect(
                lines.contains("kpi,\(figure.metric.rawValue),,,\(value),\(previous),\(change),\(unit),\(kpi.count),"))
            // The row for people has the same digits.
            let digits = row.value.filter { $0.isNumber || $0 == "." }
            #expect(digits.hasPrefix(value.description), "\(row.value)")
        }
        let days = lines.filter { $0.hasPrefix("daily,") }
        #expect(days.count == 7 * 31)
        #expect(days.contains("daily,conversion_rate,,2026-10-07,,,,percent,,"))
    }

    @Test("all rows have as many fields as the heading, whatever the texts are")
    func quoting() {
        let names = ["a,b", "say \"so\"", "two\nlines", "'=1", "=1+1", "+1", "-1", "@x", "\t=1", "plain"]
        let categories = CategoryShares(
            totals: names.enumerated().map { index, name in
                (Label(name), WideAmount(tenThousandths: Int128(100 - index) * 10_000))
            })
        let csv = String(
            decoding: ReportDocument(ReportSample.content(categories: categories)).csv(), as: UTF8.self)
        let expected = [
            "\"a,b\"", "\"say \"\"so\"\"\"", "\"two\nlines\"", "''=1", "'=1+1", "'+1", "'-1", "'@x", "'\t=1", "plain",
        ]
        for field in expected { #expect(csv.contains("category,revenue,\(field),,"), "\(field)") }
    }

    @Test("what there is none of is empty, and negative figures are figures")
    func emptyAndNegative() {
        let empty = lines(ReportSample.content(isEmpty: true))
        #expect(empty.contains("kpi,revenue,,,0,0,,EUR,0,"))
        #expect(empty.contains("kpi,bounce_rate,,,,,,percent,0,"))
        #expect(empty.contains("category_total,revenue,,,0,,,EUR,,"))
        let categories = CategoryShares(totals: [(Label("Refunds"), WideAmount(tenThousandths: -12_345_000))])
        let negative = lines(ReportSample.content(categories: categories))
        #expect(negative.contains("category,revenue,Refunds,,-1234.5,,,EUR,,"))
    }
}
