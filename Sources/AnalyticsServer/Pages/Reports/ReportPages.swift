import AnalyticsCore
import AnalyticsStore

/// The pages of reports.
///
/// | page         | shows                                      |
/// |--------------|--------------------------------------------|
/// | /reports     | reports, and what makes them by the clock  |
/// | /reports/:id | one, as it looks                           |
struct ReportPages {
    let kit: PageKit
    let reports: ReportStore
    let schedules: ReportScheduleStore
    /// Whether reports can be sent to their recipients.
    let hasMail: Bool

    var routes: [Route] {
        [
            kit.page("/reports", .reports, template: "reports", list),
            kit.page("/reports/{id}", .reports, title: "Report", template: "report", one),
        ]
    }

    /// What `/reports` shows.
    private struct List: Sendable {
        let types: [PageOption]
        let statuses: [PageOption]
        let isFiltered: Bool
        let reports: [ReportItem]
        let isEmpty: Bool
        let pager: ListPager
        let schedules: [ReportScheduleItem]
        let hasSchedules: Bool
        /// How long a name may be.
        let nameLength: Int
        let newTypes: [PageOption]
        let timeZone: String
        let hasMail: Bool
    }

    @Sendable private func list(_ visit: PageKit.Visit) async throws -> any Sendable {
        var rules = FieldRules()
        let filter = ReportStore.Filter(
            type: rules.filter(visit.query["type"], "type"), status: rules.filter(visit.query["status"], "status"))
        let page = PageQuery(behind: rules.cursor(visit.query["cursor"], "cursor"), size: 20)
        try rules.check()
        let workspaceID = visit.workspace.id
        let found = try await reports.list(filter, page.slice, workspaceID: workspaceID)
        let all = try await schedules.list(
            ListSlice(.offset(0), limit: ReportSchedule.mostOfWorkspace), workspaceID: workspaceID)
        let paused = Set(all.items.lazy.filter { !$0.isActive }.map(\.id))
        let words = PageWords(workspace: visit.workspace, now: visit.now)
        return List(
            types: ReportType.allCases.map { type in
                PageOption(
                    value: type.rawValue, label: type.rawValue.capitalizedFirst, isSelected: type == filter.type)
            },
            statuses: Report.Status.allCases.map { status in
                PageOption(value: status.rawValue, label: Self.label(of: status), isSelected: status == filter.status)
            },
            isFiltered: filter != ReportStore.Filter(),
            reports: found.items.map { report in
                ReportItem(report, isPaused: report.scheduleID.map(paused.contains) ?? false, words: words)
            },
            isEmpty: found.items.isEmpty,
            pager: ListPager(
                found, of: page, query: visit.query, path: "/reports", noun: "report",
                id: \.id),
            schedules: all.items.map { ReportScheduleItem($0, words: words) }, hasSchedules: !all.items.isEmpty,
            nameLength: NewReport.nameLength.upperBound,
            newTypes: ReportType.allCases.map { type in
                PageOption(value: type.rawValue, label: Self.label(of: type), isSelected: type == .weekly)
            },
            timeZone: visit.workspace.timeZoneName, hasMail: hasMail)
    }

    @Sendable private func one(_ visit: PageKit.Visit) async throws -> any Sendable {
        let workspaceID = visit.workspace.id
        guard let report = try await reports.report(try visit.call.id(), workspaceID: workspaceID) else {
            throw APIError.notFound
        }
        var schedule: ReportSchedule?
        if let id = report.scheduleID { schedule = try await schedules.schedule(id, workspaceID: workspaceID) }
        return ReportItem(
            report, isPaused: schedule?.isActive == false,
            words: PageWords(workspace: visit.workspace, now: visit.now))
    }

    private static func label(of status: Report.Status) -> String {
        switch status {
        case .draft: "Waiting"
        case .processing: "Being made"
        case .completed: "Ready"
        case .failed: "Failed"
        }
    }

    private static func label(of type: ReportType) -> String {
        switch type {
        case .daily: "Daily: one day"
        case .weekly: "Weekly: 7 days"
        case .monthly: "Monthly: 30 days, or the month before"
        }
    }
}
