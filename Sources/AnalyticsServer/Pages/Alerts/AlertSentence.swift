import AnalyticsCore
import AnalyticsRender

/// An alert's message with its day and its figures as pages write them.
///
/// The API's has them as programs do: `revenue on 2026-11-23 was 1412.5 USD, which is below 2000 USD.` Here that is `revenue
/// on 23 Nov 2026 was 1,412.50 USD, which is below 2,000.00 USD.` All else stays, whatever names the rule and the category
/// have; so does the currency, which is that of the time.
struct AlertSentence: Sendable {
    let text: String

    init(_ alert: Alert) {
        let (message, breach) = (alert.message, alert.breach)
        // Names come before the day, and may have one themselves.
        guard let day = message.ranges(of: breach.day.description).last else {
            text = message
            return
        }
        let kind = alert.condition == .dailyChangePercent ? Metric.Kind.percent : alert.metric.kind
        var rest = String(message[day.upperBound...])
        func write(_ amount: Amount?, after words: String) {
            guard let amount else { return }
            rest = rest.replacing("\(words)\(amount)", with: words + Self.written(amount, kind), maxReplacements: 1)
        }
        write(breach.value, after: " was ")
        write(breach.value, after: " changed by ")
        write(breach.value, after: " changed by +")
        if let comparison = alert.comparison { write(alert.threshold, after: " \(comparison.spoken) ") }
        text = message[..<day.lowerBound] + breach.day.fullText + rest
    }

    /// An amount without its unit, which stands behind it.
    private static func written(_ amount: Amount, _ kind: Metric.Kind) -> String {
        let text = FigureText(currency: "").value(WideAmount(amount), kind == .money ? .money : .count)
        return String(text.prefix { $0 != " " })
    }
}
