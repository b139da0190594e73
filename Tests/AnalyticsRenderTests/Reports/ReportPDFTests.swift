import AnalyticsCore
import AnalyticsRender
import AnalyticsTesting
import Foundation
import Testing

@Suite struct ReportPDFTests {
    @Test("every figure, both periods, the zone and the time are in the text", .enabled(if: ReportText.isAvailable))
    func figures() throws {
        let document = ReportDocument(ReportSample.month)
        let text = try ReportText(document.pdf()).words
        for row in document.figureRows {
            for part in [row.label, row.value, "Previous: \(row.previous)", row.changeText] {
                #expect(text.contains(part), "\(part)")
            }
        }
        let parts = [
            "Nordwind Trading", "Monthly figures", "Monthly report", "1 Oct – 31 Oct 2026 against 1 Sep – 30 Sep 2026",
            "Europe/Berlin", "1 Nov 2026, 06:00 (UTC+01:00)", "Best:", "Worst:", "Software & services",
            "Müller <Sonder>", "Uncategorized", "252,887.2501 EUR", "100.00 %",
            "Revenue on 23 Oct was 412.50 EUR, below 500.", "Critical", "Unread", "Resolved", "Notes",
        ]
        for part in parts { #expect(text.contains(part), "\(part)") }
    }

    @Test(
        "long tables go on over pages with their heading on each, every page says which it is",
        .enabled(if: ReportText.isAvailable))
    func pageBreaks() throws {
        let content = ReportSample.long
        let pages = try ReportText(ReportDocument(content).pdf(), options: ["-layout"]).pages
        #expect(content.categories.shares.count == 101)
        #expect(pages.count > 6)
        for (index, page) in pages.enumerated() {
            #expect(page.contains("Page \(index + 1) of \(pages.count)"))
            #expect(page.contains("Nordwind Trading"))
            let lines = page.split(separator: "\n").map { ReportText.words(String($0)) }
            // The list beside the donut has no totals.
            if lines.contains(where: { $0.hasPrefix("C") && $0.contains(" EUR ") && $0.hasSuffix(" %") }) {
                #expect(lines.contains("Category Total Share"), "page \(index + 1)")
            }
            if lines.contains(where: { $0.contains(" 2026 Critical Unread A") }) {
                #expect(lines.contains("Day Severity Status What happened Times"), "page \(index + 1)")
            }
            // Behind a heading there is something else than the footer.
            let content = lines.dropLast()
            #expect(!["Alerts", "Notes", "Revenue by category", "Day by day"].contains(content.last ?? ""))
            #expect(content.last != "Category Total Share")
        }
        let text = ReportText.words(pages.joined(separator: " "))
        for index in 0..<100 {
            #expect(text.contains("C\(index)"))
            #expect(text.contains("A\(index): "))
        }
        #expect(text.contains("345"))
        #expect(text.contains("245 more"))
    }

    @Test("texts of any script that a font has are there and can be selected", .enabled(if: ReportText.isAvailable))
    func scripts() throws {
        let samples = ["Müller", "₹", "東京", "العربية", "Ελλάδα", "Україна"]
        let known = samples.filter { $0.unicodeScalars.first.map(ReportText.hasFont(for:)) ?? false }
        if known.count < samples.count { print("No font for \(samples.filter { !known.contains($0) })") }
        let alerts = known.map { text in
            ReportContent.AlertLine(
                day: ReportSample.october.to, severity: .info, status: .read, message: text, occurrences: 1)
        }
        let document = ReportDocument(ReportSample.content(workspace: "東京 Müller", alerts: alerts))
        // Poppler takes the white behind some Arabic letters for a space.
        let text = try ReportText(document.pdf()).words.filter { !$0.isWhitespace }
        for sample in known { #expect(text.contains(sample), "\(sample)") }
    }

    @Test("the same content gives the same bytes, other content does not")
    func determinism() throws {
        let first = try ReportDocument(ReportSample.month).pdf()
        #expect(first.starts(with: Array("%PDF-".utf8)))
        for _ in 0..<3 { #expect(try ReportDocument(ReportSample.month).pdf() == first) }
        #expect(try ReportDocument(ReportSample.content(name: "Other")).pdf() != first)
    }

    @Test("an empty workspace has a report that says so", .enabled(if: ReportText.isAvailable))
    func empty() throws {
        let document = ReportDocument(ReportSample.content(isEmpty: true))
        let text = try ReportText(document.pdf()).words
        for part in ["0 EUR", "no comparison", "unchanged", "No revenue in this period.", "No alerts in this period."] {
            #expect(text.contains(part), "\(part)")
        }
        let nothing = ReportContent(
            name: "", type: .daily, workspace: "", currency: "", timeZone: .gmt, period: ReportSample.october,
            previousPeriod: ReportSample.october, madeAt: Instant(milliseconds: .min), figures: [],
            categories: CategoryShares(totals: []), alerts: [], alertCount: 0)
        #expect(try !ReportDocument(nothing).pdf().isEmpty)
    }

    @Test(
        "negative revenue is written with a minus, its categories without shares",
        .enabled(if: ReportText.isAvailable))
    func negative() throws {
        let categories = CategoryShares(totals: [
            (Label("Refunds"), WideAmount(tenThousandths: -12_345_000)),
            (Label("Sales"), WideAmount(tenThousandths: 1_000_000)),
        ])
        let document = ReportDocument(ReportSample.content(scale: -1, categories: categories))
        let text = try ReportText(document.pdf()).words
        let revenue = try #require(document.figureRows.first)
        #expect(revenue.value.hasPrefix("−"))
        #expect(text.contains(revenue.value))
        #expect(text.contains("−1,134.50 EUR"))
    }

    @Test(
        "figures as large as can be and texts of any characters are neither cut nor a trap",
        .enabled(if: ReportText.isAvailable))
    func extremes() throws {
        let huge = WideAmount(tenThousandths: Int128(Int64.max) * 366)
        let categories = CategoryShares(totals: [
            (Label(String(repeating: "W", count: 100)), huge), (Label("a\u{0}b\u{2028}c\u{202E}d"), huge),
        ])
        let total = PeriodTotal(count: 366, sum: huge)
        let year = ReportSample.period("2026-01-01", "2026-12-31")
        let figures = Metric.allCases.map { metric in
            ReportContent.Figure(
                kpi: KPI(of: metric, current: total, previous: total),
                series: ChartSeries(
                    metric: metric, period: year, totals: [year.from: PeriodTotal(count: 1, sum: huge)]),
                previous: ChartSeries(metric: metric, period: year, totals: [:]))
        }
        let content = ReportContent(
            name: String(repeating: "Wide ", count: 60), type: .daily,
            workspace: String(repeating: "\u{1F469}\u{200D}\u{1F4BB}", count: 50), currency: "USD",
            timeZone: .gmt, period: year, previousPeriod: year, madeAt: Instant(milliseconds: .max), figures: figures,
            categories: categories, alerts: ReportSample.alerts, alertCount: .max)
        let document = ReportDocument(content)
        let text = try ReportText(document.pdf()).words
        for row in document.figureRows { #expect(text.contains(row.value), "\(row.value)") }
    }

    @Test("eight threads draw reports at a time, all with the same bytes")
    func concurrency() async throws {
        let expected = try ReportDocument(ReportSample.month).pdf()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            let pdfs = (0..<3).map { _ in try? ReportDocument(ReportSample.month).pdf() }
                            continuation.resume(returning: pdfs.allSatisfy { $0 == expected })
                        }
                    }
                }
            }
            for await isSame in group { #expect(isSame) }
        }
    }
}
