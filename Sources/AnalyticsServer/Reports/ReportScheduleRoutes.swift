import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/report-schedules`: what makes reports again and again.
///
/// | route         | needs          |
/// |---------------|----------------|
/// | GET    /      | view-reports   |
/// | PATCH  /:id   | create-reports |
/// | DELETE /:id   | create-reports |
/// | POST /:id/run | create-reports |
struct ReportScheduleRoutes {
    let schedules: ReportScheduleStore
    let now: @Sendable () -> Instant

    private static let path = "/api/v1/report-schedules"

    var routes: [Route] {
        [
            .authorized(.get, Self.path, .viewReports, .listReportSchedules, list),
            .authorized(.patch, Self.path + "/{id}", .createReports, .updateReportSchedule, body: .json, update),
            .authorized(.delete, Self.path + "/{id}", .createReports, .deleteReportSchedule, delete),
            .authorized(.post, Self.path + "/{id}/run", .createReports, .runReportSchedule, body: .creating, run),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        let workspace = session.member.workspace
        return try await call.list(
            { try await schedules.list($0, workspaceID: workspace.id) }, id: \.id,
            { ReportScheduleView(schedule: $0, zone: workspace.timeZone) })
    }

    @Sendable private func update(_ call: Call, _ session: Session) async throws -> Response {
        let workspace = session.member.workspace
        let id = try call.id()
        guard try await schedules.schedule(id, workspaceID: workspace.id) != nil else { throw APIError.notFound }
        let body = call.body
        var rules = FieldRules()
        rules.refuseOtherThanObject(body)
        var name: String?
        if body.contains("name") {
            name = rules.text(body["name"], "name", required: true, length: NewReport.nameLength)
        }
        var recipients: [EmailAddress]?
        if body.contains("recipients") {
            recipients = rules.reportRecipients(
                body.elements("recipients", upTo: NewReport.mostRecipients + 1), body["recipients"])
        }
        let isActive = rules.boolean(body["is_active"], "is_active")
        let fixed: [StaticString] = ["type", "scheduled_at", "repeat"]
        for field in fixed.lazy.filter(body.contains).map({ "\($0)" }) {
            rules.refuse(
                field, .immutable, "The \(FieldRules.spoken(field)) field cannot be changed. Make another schedule.")
        }
        try rules.check()
        let (newName, newRecipients) = (name, recipients)
        let changed = try await schedules.update(
            id, workspaceID: workspace.id, by: call.author(session), now: now()
        ) { schedule in
            if let newName { schedule.name = newName }
            if let newRecipients { schedule.recipients = newRecipients }
            if let isActive { schedule.isActive = isActive }
        }
        guard let changed else { throw APIError.notFound }
        return .data(ReportScheduleView(schedule: changed, zone: workspace.timeZone))
    }

    @Sendable private func delete(_ call: Call, _ session: Session) async throws -> Response {
        let isDeleted = try await schedules.delete(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now())
        guard isDeleted else { throw APIError.notFound }
        return .message("Report schedule deleted successfully.")
    }

    @Sendable private func run(_ call: Call, _ session: Session) async throws -> Response {
        let id = try call.id()
        let workspaceID = session.member.workspace.id
        guard try await schedules.schedule(id, workspaceID: workspaceID) != nil else { throw APIError.notFound }
        var rules = FieldRules()
        rules.refuseOtherThanObject(call.body)
        try rules.check()
        let outcome = try await schedules.run(
            id, workspaceID: workspaceID, once: call.once { DataView(ReportView(report: $0)) },
            by: call.author(session), now: now())
        return call.response(to: outcome) { DataView(ReportView(report: $0)) }
    }
}
