import AnalyticsCore
import AnalyticsRender

/// A report in a list of a page, and as a page of its own.
struct ReportItem: Sendable {
    let id: Int64
    let name: String
    /// `Weekly`.
    let type: String
    /// The days that it is about: `16 Nov – 22 Nov 2026`.
    let period: String
    /// How far it is, in a word or two.
    let status: String
    /// The colour of the badge that says so.
    let badge: String
    /// When it came so far, or will.
    let time: PageWords.Time
    /// What that time is: `Ready`, `Asked for`, `Due`.
    let timeLabel: String
    /// `ada@example.com and 2 more`; nil where nobody is sent it.
    let recipients: String?
    /// All of them.
    let addresses: [String]
    /// Why it could not be made; nil otherwise.
    let failure: String?
    let isReady: Bool
    let isFailed: Bool
    /// Whether it belongs to a schedule.
    let isOfSchedule: Bool
    /// The forms that it can be had in; none before it is ready.
    let files: [File]

    /// A form that it can be had in.
    struct File: Sendable {
        /// `PDF`.
        let label: String
        let path: String
        /// What a browser calls the file.
        let fileName: String
    }

    /// - Parameters:
    ///   - report: The report.
    ///   - isPaused: Whether its schedule is, so that it waits for that.
    ///   - words: How times are written.
    init(_ report: Report, isPaused: Bool, words: PageWords) {
        id = report.id
        name = report.name
        type = report.type.rawValue.capitalizedFirst
        period = report.period.rangeText()
        switch report.status {
        // A run that was asked for by hand does not wait for its schedule.
        case .draft where isPaused && report.scheduledAt != report.createdAt:
            (status, badge, timeLabel) = ("paused", "muted", "Due")
            time = words.time(report.scheduledAt)
        case .draft where report.scheduledAt > words.now:
            (status, badge, timeLabel) = ("scheduled", "muted", "Due")
            time = words.time(report.scheduledAt)
        case .draft:
            (status, badge, timeLabel) = ("waiting", "muted", "Asked for")
            time = words.time(report.createdAt)
        case .processing:
            (status, badge, timeLabel) = ("being made", "info", "Due")
            time = words.time(report.scheduledAt)
        case .completed:
            (status, badge, timeLabel) = ("ready", "good", "Ready")
            time = words.time(report.completedAt ?? report.scheduledAt)
        case .failed:
            (status, badge, timeLabel) = ("failed", "critical", "Due")
            time = words.time(report.scheduledAt)
        }
        addresses = report.recipients.map(\.text)
        recipients = Self.short(addresses)
        failure = report.failure
        isReady = report.status == .completed
        isFailed = report.status == .failed
        isOfSchedule = report.scheduleID != nil
        files =
            isReady
            ? ReportFormat.allCases.map { format in
                File(
                    label: format.rawValue.uppercased(),
                    path: "/api/v1/reports/\(report.id)/download?format=\(format.rawValue)",
                    fileName: report.fileName(format))
            } : []
    }

    /// The first of some addresses, and how many more there are; nil where there is none.
    static func short(_ addresses: [String]) -> String? {
        addresses.first.map { first in addresses.count > 1 ? "\(first) and \(addresses.count - 1) more" : first }
    }
}
