public import AnalyticsCore

/// A metric's figure of a report against that of the period before, in words that are ready to be read.
///
/// The cards of the PDF and of the HTML and the table of the mail are all written from such rows.
public struct ReportFigureRow: Sendable, Equatable {
    /// What a change means.
    public enum Meaning: String, Sendable, CaseIterable {
        case good, bad
        /// Both values are the same.
        case flat
        /// There is nothing to compare.
        case unknown
    }

    /// What is counted or measured.
    public let metric: Metric
    /// What people call it, such as `Revenue`.
    public let label: String
    /// The period's value with its unit; a dash where there is none.
    public let value: String
    /// The value of the period before with its unit; a dash where there is none.
    public let previous: String
    /// The change such as `+12.5 %`; a dash where there is none, as when the value before was zero.
    public let change: String
    /// `▲` or `▼`; empty where the value neither rose nor fell.
    public let arrow: String
    /// Whether the change is good for this metric.
    public let meaning: Meaning

    /// The row of a figure.
    public init(_ figure: ReportContent.Figure, text: FigureText) {
        let kpi = figure.kpi
        metric = figure.metric
        label = metric.title
        value = text.value(kpi.value, metric.kind)
        previous = text.value(kpi.previousValue, metric.kind)
        change = text.change(kpi.changePercent)
        arrow =
            switch kpi.trend {
            case .up: "▲"
            case .down: "▼"
            case .flat, nil: ""
            }
        meaning =
            switch (kpi.trend, kpi.isGood) {
            case (nil, _): .unknown
            case (_, true?): .good
            case (_, false?): .bad
            case (_, nil): .flat
            }
    }

    /// What the change means in words: `better`, `worse`, `unchanged` or `no comparison`.
    public var word: String {
        switch meaning {
        case .good: "better"
        case .bad: "worse"
        case .flat: "unchanged"
        case .unknown: "no comparison"
        }
    }

    /// The change with its arrow and in words, such as `▲ +12.5 % better`.
    ///
    /// Where there is no percentage it is left out, as in `▲ better`, `unchanged` or `no comparison`.
    public var changeText: String {
        switch meaning {
        case .good, .bad: [arrow, change == "–" ? "" : change, word].filter { !$0.isEmpty }.joined(separator: " ")
        case .flat, .unknown: word
        }
    }
}
