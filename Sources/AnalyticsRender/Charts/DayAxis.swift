import AnalyticsCore

/// The labels below a chart of days: the first and the last day and some between, never over each other.
struct DayAxis {
    /// A label in its place.
    struct Label {
        let text: ChartText
        let x: Double
        let anchor: ChartDrawing.Anchor
        /// Where it begins and how wide it is at most.
        let start: Double
        let width: Double
    }

    /// From left to right.
    let labels: [Label]

    /// How large the labels are, in pixels.
    static let fontSize = 12.0

    private static let gap = 16.0

    /// Labels a period's days.
    ///
    /// A year is written on the first and the last label and where it changes, if the period spans years.
    ///
    /// - Parameters:
    ///   - period: The days.
    ///   - places: Where each of them is, from left to right.
    ///   - left: Where the labels may begin.
    ///   - right: Where they have to end.
    init(_ period: Period, places: [Double], left: Double, right: Double) {
        let last = max(places.count - 1, 0)
        // The most that fit, unless about as many are evenly apart.
        let fitting = (1...6).reversed().filter { $0 <= last }.compactMap { steps in
            Self.labels(period, at: places, steps: steps, left: left, right: right).map { (steps: steps, labels: $0) }
        }
        let even = fitting.first { last.isMultiple(of: $0.steps) && $0.steps * 2 >= fitting[0].steps && $0.steps > 1 }
        labels = (even ?? fitting.first)?.labels ?? Self.ends(period, at: places, left: left, right: right)
    }

    /// The labels of the first and the last day and of those that part the days between as evenly as whole numbers can,
    /// or nil where they would touch.
    private static func labels(
        _ period: Period, at places: [Double], steps: Int, left: Double, right: Double
    ) -> [Label]? {
        let last = places.count - 1
        var labels: [Label] = []
        var taken = -Double.infinity
        var year: Int?
        for step in 0...steps {
            let index = (step * last * 2 + steps) / (steps * 2)
            let day = period.from.advanced(by: index)
            let isWithYear = period.spansYears && (step == steps || day.date.year != year)
            let label = Label(day, isWithYear: isWithYear, at: places[index], left: left, right: right)
            guard label.start >= taken else { return nil }
            labels.append(label)
            taken = label.start + label.width + gap
            year = day.date.year
        }
        return labels
    }

    /// The label of a single day; and where not even the first and the last label fit in full, both without a year, or
    /// the last alone.
    private static func ends(_ period: Period, at places: [Double], left: Double, right: Double) -> [Label] {
        guard let first = places.first, let last = places.last else { return [] }
        let from = Label(period.from, isWithYear: false, at: first, left: left, right: right)
        let to = Label(period.to, isWithYear: false, at: last, left: left, right: right)
        return places.count > 1 && from.start + from.width + gap / 2 <= to.start ? [from, to] : [to]
    }
}

extension DayAxis.Label {
    /// A label in the middle below a place, or at the edge where it would reach beyond it.
    fileprivate init(_ day: Day, isWithYear: Bool, at place: Double, left: Double, right: Double) {
        text = ChartText(isWithYear ? day.fullText : day.axisText)
        width = text.width(size: DayAxis.fontSize)
        if place - width / 2 < left {
            (x, anchor, start) = (left, .start, left)
        } else if place + width / 2 > right {
            (x, anchor, start) = (right, .end, right - width)
        } else {
            (x, anchor, start) = (place, .middle, place - width / 2)
        }
    }
}
