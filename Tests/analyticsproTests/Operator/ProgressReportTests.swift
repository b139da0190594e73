import Testing

@testable import analyticspro

@Suite struct ProgressReportTests {
    @Test(
        "thousands are set apart",
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (25_700, "25,700"), (-1_234_567, "-1,234,567")])
    func grouped(number: Int, text: String) {
        #expect(ProgressReport.grouped(number) == text)
    }
}
