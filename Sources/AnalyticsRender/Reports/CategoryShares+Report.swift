import AnalyticsCore

extension CategoryShares {
    /// Whether the parts have percentages, which then add up to 100.
    var hasPercentages: Bool { shares.contains { $0.percentage != nil } }

    /// What the total row says of shares.
    func totalShare(_ text: FigureText) -> String {
        text.share(hasPercentages ? Percentage(hundredths: 10_000) : nil)
    }
}
