import AnalyticsCore
import AnalyticsStore

/// What the list of alerts shows.
struct AlertsModel: Sendable {
    /// One of several lists to choose.
    struct Choice: Sendable {
        let label: String
        /// How many alerts it has; nil where that is not shown.
        let count: Int?
        let path: String
        let isCurrent: Bool
    }

    let tabs: [Choice]
    let severities: [Choice]
    let alerts: [AlertItem]
    let hasAlerts: Bool
    /// Whether the workspace has any alert at all.
    let isEmpty: Bool
    /// What the list is narrowed down to, such as `unread critical`.
    let narrowing: String
    /// Whether an alert that is shown can be marked as read.
    let hasUnread: Bool
    let unreadCount: Int
    /// The body that marks all of those as read.
    let unreadBody: String
    let pager: ListPager

    init(_ list: AlertStore.List, filter: AlertStore.Filter, pager: ListPager, query: QueryString, words: PageWords) {
        func path(_ status: Alert.Status?, _ severity: Severity?) -> String {
            let fields = query.replacing([
                ("status", status?.rawValue), ("severity", severity?.rawValue), ("page", nil), ("cursor", nil),
            ])
            return fields.isEmpty ? "/alerts" : "/alerts?\(fields)"
        }
        let counts = list.shownCounts
        tabs =
            [
                Choice(
                    label: "All", count: counts.values.reduce(0, +), path: path(nil, filter.severity),
                    isCurrent: filter.status == nil)
            ]
            + Alert.Status.allCases.map { status in
                Choice(
                    label: status.rawValue.capitalizedFirst, count: counts[status] ?? 0,
                    path: path(status, filter.severity),
                    isCurrent: filter.status == status)
            }
        severities =
            [
                Choice(
                    label: "Any", count: nil, path: path(filter.status, nil), isCurrent: filter.severity == nil)
            ]
            + Severity.allCases.map { severity in
                Choice(
                    label: severity.rawValue.capitalizedFirst, count: nil, path: path(filter.status, severity),
                    isCurrent: filter.severity == severity)
            }
        alerts = list.page.items.map { AlertItem($0, words: words) }
        hasAlerts = !alerts.isEmpty
        isEmpty = list.counts.values.allSatisfy { $0 == 0 }
        narrowing = [filter.status?.rawValue, filter.severity?.rawValue].compactMap { $0 }.joined(separator: " ")
        let unread = list.page.items.filter { $0.status == .unread }.map { String($0.id) }
        hasUnread = !unread.isEmpty
        unreadCount = unread.count
        unreadBody = #"{"ids":[\#(unread.joined(separator: ","))]}"#
        self.pager = pager
    }
}
