import AnalyticsCore
import AnalyticsRender
import AnalyticsStore

/// A data point in the table of a page.
struct PointItem: Sendable {
    let id: Int64
    let day: PageWords.Time
    let metric: String
    /// With its unit.
    let value: String
    /// As one types it.
    let number: String
    /// What `number` is in, for the label of a field.
    let unit: String
    let category: String?
    let source: String?
    let externalID: String?
    let added: PageWords.Time
    /// When it was corrected last; nil where it never was.
    let corrected: PageWords.Time?
    /// Day, category and source in a line, for where there is no room for columns.
    let summary: String
    /// What a button that acts on it says it is about, such as `Revenue of 23 Nov 2026, 1,234.50 EUR`.
    let title: String

    init(_ stored: StoredPoint, words: PageWords) {
        let point = stored.point
        id = stored.id.number
        day = words.day(point.day)
        metric = point.metric.title
        value = words.figures.value(WideAmount(point.value), point.metric.kind)
        number = point.value.description
        unit = point.metric.kind.unitWords(currency: words.workspace.currency)
        category = point.category?.text
        source = point.source?.text
        externalID = point.externalID?.text
        added = words.time(stored.createdAt)
        corrected = stored.updatedAt == stored.createdAt ? nil : words.time(stored.updatedAt)
        summary = [day.text, category, source].compactMap(\.self).joined(separator: " · ")
        title = "\(metric) of \(day.text), \(value)"
    }
}

extension Metric.Kind {
    /// What values are in, for the label of a field.
    ///
    /// - Parameter currency: The workspace's, ISO 4217.
    func unitWords(currency: String) -> String {
        switch self {
        case .money: currency
        case .count: "a number"
        case .percent: "percent"
        case .seconds: "seconds"
        }
    }
}
