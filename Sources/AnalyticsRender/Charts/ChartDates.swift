public import AnalyticsCore

extension Day {
    /// The date as on an axis: `25 Oct`.
    public var axisText: String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date = date
        return "\(date.day) \(months[date.month - 1])"
    }

    /// The date with its year: `25 Oct 2026`.
    public var fullText: String { "\(axisText) \(date.year)" }
}

extension Period {
    /// Whether the days are not all of one year.
    var spansYears: Bool { from.date.year != to.date.year }

    /// The days as `25 Oct – 23 Nov 2026`, a single one as `23 Nov 2026`.
    ///
    /// - Parameter year: A year that goes without saying.
    public func rangeText(without year: Int? = nil) -> String {
        let last = to.date.year == year && !spansYears ? to.axisText : to.fullText
        guard from < to else { return last }
        return (spansYears ? from.fullText : from.axisText) + " – " + last
    }
}
