import AnalyticsCore
import Testing

@Suite struct PercentageTests {
    @Test(
        "a percentage prints at most two decimals and no trailing zeros",
        arguments: [
            (0, "0"), (1, "0.01"), (-1, "-0.01"), (10, "0.1"), (1250, "12.5"), (3333, "33.33"), (10000, "100"),
            (-10000, "-100"), (-1304, "-13.04"), (33_757_541_654_888_479_453_610_000, "337575416548884794536100"),
        ] as [(Int128, String)])
    func description(hundredths: Int128, text: String) {
        #expect(Percentage(hundredths: hundredths).description == text)
    }
}
