public import AnalyticsCore

/// A report as a document to keep or to send: PDF, HTML or CSV, all of the same content.
///
/// The same content gives the same bytes. Any number of threads may write documents at a time.
public struct ReportDocument: Sendable {
    /// What the report says.
    public let content: ReportContent

    /// The documents of a report.
    public init(_ content: ReportContent) {
        self.content = content
    }

    /// The metrics' figures as they are written in every document for people, one row per metric.
    ///
    /// Empty where the content has no figures.
    public var figureRows: [ReportFigureRow] {
        content.figures.map { ReportFigureRow($0, text: content.text) }
    }

    /// The figures as the mail shows them that carries the report.
    public var digest: ReportDigest {
        ReportDigest(
            period: periodText,
            lines: figureRows.map { row in
                .init(label: row.label, value: row.value, previous: row.previous, change: row.changeText)
            })
    }

    /// Both periods, such as `1 Oct – 31 Oct 2026 against 1 Sep – 30 Sep 2026`.
    public var periodText: String {
        "\(ReportWords.period(content.period)) against \(ReportWords.period(content.previousPeriod))"
    }

    /// When the figures were read on a clock of the report's time zone, such as `1 Nov 2026, 06:00 (UTC+01:00)`.
    public var madeAtText: String {
        ReportWords.time(content.madeAt, in: content.timeZone)
    }
}
