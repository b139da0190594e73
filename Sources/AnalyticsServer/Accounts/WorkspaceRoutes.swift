import AnalyticsCore
import AnalyticsStore
import Hummingbird

/// `/api/v1/workspace`: the caller's own.
///
/// | route   | needs            |
/// |---------|------------------|
/// | GET   / | a token          |
/// | PATCH / | manage-workspace |
struct WorkspaceRoutes {
    let workspaces: WorkspaceStore
    let usage: UsageStore
    let limits: WorkspaceLimits
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .authorized(.get, "/api/v1/workspace", nil, .showWorkspace, show),
            .authorized(.patch, "/api/v1/workspace", .manageWorkspace, .updateWorkspace, body: .json, update),
        ]
    }

    @Sendable private func show(_ call: Call, _ session: Session) async throws -> Response {
        try await answer(session.member.workspace)
    }

    @Sendable private func update(_ call: Call, _ session: Session) async throws -> Response {
        let settings = try WorkspaceStore.Settings(call.body)
        let id = session.member.workspace.id
        guard let workspace = try await workspaces.update(id: id, settings, by: call.author(session), now: now()) else {
            throw APIError.notFound
        }
        return try await answer(workspace)
    }

    private func answer(_ workspace: Workspace) async throws -> Response {
        let usage = try await usage.usage(of: workspace.id, now: now())
        return .data(MeasuredWorkspaceView(workspace: workspace, usage: usage, limits: limits))
    }
}

/// The bounds of a workspace that `GET /workspace` tells of.
struct WorkspaceLimits: Sendable {
    let quotas: Quotas
    /// The number of alert rules.
    let rules: Int
}

extension WorkspaceStore.Settings {
    /// What a body changes; what it does not name stays.
    ///
    /// - Throws: ``ValidationError`` with every fault.
    fileprivate init(_ body: JSONObject) throws(ValidationError) {
        var rules = FieldRules()
        rules.refuseOtherThanObject(body)
        self.init()
        if body.contains("name") {
            name = rules.text(body["name"], "name", required: true, length: Workspace.nameLength)
        }
        if body.contains("timezone") { timeZone = rules.timeZone(body["timezone"], "timezone") }
        if body.contains("currency") { currency = rules.currency(body["currency"], "currency") }
        try rules.check()
    }
}

/// A workspace as the API shows one.
struct WorkspaceView: JSONView {
    let workspace: Workspace

    func write(to json: inout JSONWriter) {
        json.object { writeMembers(to: &$0) }
    }

    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("id", workspace.id)
        json.member("name", workspace.name)
        json.member("timezone", workspace.timeZoneName)
        json.member("currency", workspace.currency)
    }
}

/// A workspace with what it has stored and what it may store; a bound that is null is none.
private struct MeasuredWorkspaceView: JSONView {
    let workspace: Workspace
    let usage: WorkspaceUsage
    let limits: WorkspaceLimits

    func write(to json: inout JSONWriter) {
        json.object { json in
            WorkspaceView(workspace: workspace).writeMembers(to: &json)
            json.object("usage") { json in
                json.member("points", usage.points)
                json.member("points_today", usage.pointsToday)
                json.member("alert_rules", usage.rules)
                json.member("channels", usage.channels)
            }
            json.object("limits") { json in
                json.member("points", limits.quotas.points)
                json.member("points_per_day", limits.quotas.pointsPerDay)
                json.member("import_bytes", limits.quotas.importBytes)
                json.member("reports_per_day", limits.quotas.reportsPerDay)
                json.member("alert_rules", limits.rules)
                json.member("channels", AlertChannel.mostOfWorkspace)
            }
        }
    }
}
