import AnalyticsCore
import AnalyticsRender
import Testing

@Suite struct ReportFigureRowTests {
    private func row(_ metric: Metric, _ current: Int128, _ previous: Int128, count: Int = 1) -> ReportFigureRow {
        let period = ReportSample.october
        let kpi = KPI(
            of: metric, current: PeriodTotal(count: count, sum: WideAmount(tenThousandths: current)),
            previous: PeriodTotal(count: 1, sum: WideAmount(tenThousandths: previous)))
        let series = ChartSeries(metric: metric, period: period, totals: [:])
        return ReportFigureRow(
            ReportContent.Figure(kpi: kpi, series: series, previous: series), text: FigureText(currency: "USD"))
    }

    @Test("a change has an arrow, a percentage and a word")
    func change() {
        let row = row(.revenue, 11_250_000, 10_000_000)
        #expect(row.label == "Revenue")
        #expect(row.value == "1,125.00 USD")
        #expect(row.previous == "1,000.00 USD")
        #expect(row.change == "+12.5 %")
        #expect(row.changeText == "▲ +12.5 % better")
        #expect(row.meaning == .good)
    }

    @Test("a bounce rate that rises is worse")
    func bounceRate() {
        #expect(row(.bounceRate, 500_000, 400_000).changeText == "▲ +25 % worse")
        #expect(row(.bounceRate, 300_000, 400_000).changeText == "▼ −25 % better")
    }

    @Test("where there is no percentage the word is enough")
    func noPercentage() {
        #expect(row(.users, 10_000, 0).changeText == "▲ better")
        #expect(row(.users, 10_000, 10_000).changeText == "unchanged")
        #expect(row(.conversionRate, 0, 10_000, count: 0).changeText == "no comparison")
        #expect(row(.conversionRate, 0, 10_000, count: 0).value == "–")
    }

    @Test("periods name the year once where both ends have the same, and a day alone once")
    func periods() {
        func text(_ period: Period, _ previous: Period) -> String {
            ReportDocument(ReportSample.content(period: period, previous: previous)).periodText
        }
        #expect(
            text(ReportSample.period("2026-01-01", "2026-01-01"), ReportSample.period("2025-12-31", "2025-12-31"))
                == "1 Jan 2026 against 31 Dec 2025")
        #expect(
            text(ReportSample.period("2025-12-29", "2026-01-04"), ReportSample.period("2025-12-22", "2025-12-28"))
                == "29 Dec 2025 – 4 Jan 2026 against 22 Dec – 28 Dec 2025")
    }

    @Test("the time is that of the zone, with its distance from UTC")
    func time() {
        #expect(ReportDocument(ReportSample.month).madeAtText == "1 Nov 2026, 06:00 (UTC+01:00)")
        #expect(
            ReportDocument(ReportSample.content(zone: "America/St_Johns")).madeAtText
                == "1 Nov 2026, 01:30 (UTC−03:30)")
        #expect(
            ReportDocument(ReportSample.content(zone: "Asia/Kolkata")).madeAtText == "1 Nov 2026, 10:30 (UTC+05:30)")
    }
}
