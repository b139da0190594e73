import AnalyticsCore
import AnalyticsRender

/// What makes reports again and again, in a list of a page.
struct ReportScheduleItem: Sendable {
    let id: Int64
    let name: String
    /// `Every Monday at 07:00, about the week before`.
    let rhythm: String
    let isActive: Bool
    /// When it makes the next report; nil while it is paused.
    let nextRun: PageWords.Time?
    /// `ada@example.com and 2 more`; nil where nobody is sent its reports.
    let recipients: String?
    /// All of them, one a line.
    let addresses: String
    /// Those that get no mail, because they have not confirmed or want none any more; nil where all get it.
    let unconfirmed: String?

    init(_ schedule: ReportSchedule, words: PageWords) {
        id = schedule.id
        name = schedule.name
        isActive = schedule.isActive
        nextRun = schedule.nextRun(in: words.workspace.timeZone).map(words.time)
        let texts = schedule.recipients.map(\.text)
        recipients = ReportItem.short(texts)
        let waiting = schedule.unconfirmed.map(\.text).joined(separator: ", ")
        unconfirmed = waiting.isEmpty ? nil : waiting
        addresses = texts.joined(separator: "\n")
        rhythm =
            switch schedule.type {
            case .daily: "Every day at \(schedule.time), about the day before"
            case .weekly: "Every \(Self.weekday(of: schedule.nextDay)) at \(schedule.time), about the last full week"
            case .monthly: "On day \(schedule.dayOfMonth) of each month at \(schedule.time), about the month before"
            }
    }

    private static func weekday(of day: Day) -> String {
        let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        return names[day.daysSinceMonday]
    }
}
