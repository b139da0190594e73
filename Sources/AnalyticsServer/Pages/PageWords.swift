import AnalyticsCore
import AnalyticsRender
import AnalyticsStore

/// How pages write times and changes.
struct PageWords: Sendable {
    /// Whose clocks count.
    let workspace: Workspace
    let now: Instant

    var figures: FigureText { FigureText(currency: workspace.currency) }

    /// An instant for a `<time>`: for programs and for people.
    struct Time: Sendable {
        /// As in `2026-11-23T10:00:00.000Z`.
        let machine: String
        /// As in `23 Nov 2026, 11:00`.
        let text: String
        /// As in `5 min ago`, and from a day on as ``text``.
        let age: String
    }

    func time(_ instant: Instant) -> Time {
        let day = Day(of: instant, in: workspace.timeZone)
        let clock = LocalTime(of: instant, in: workspace.timeZone).description
        let text = "\(day.fullText), \(clock)"
        let seconds = (now.milliseconds - instant.milliseconds) / 1_000
        let age =
            switch seconds {
            case ..<0: text
            case ..<60: "just now"
            case ..<3_600: "\(seconds / 60) min ago"
            case ..<86_400: "\(seconds / 3_600) h ago"
            default: text
            }
        return Time(machine: instant.description, text: text, age: age)
    }

    /// So many of something, such as `1,170 data points`.
    func count(_ number: Int, _ noun: String) -> String {
        "\(FigureText.whole(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// A day for a `<time>`.
    func day(_ day: Day) -> Time { Time(machine: day.description, text: day.fullText, age: day.fullText) }
}
