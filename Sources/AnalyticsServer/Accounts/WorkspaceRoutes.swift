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
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .authorized(.get, "/api/v1/workspace", nil, .showWorkspace, show),
            .authorized(.patch, "/api/v1/workspace", .manageWorkspace, .updateWorkspace, body: .json, update),
        ]
    }

    @Sendable private func show(_ call: Call, _ session: Session) async throws -> Response {
        .data(WorkspaceView(workspace: session.member.workspace))
    }

    @Sendable private func update(_ call: Call, _ session: Session) async throws -> Response {
        let settings = try WorkspaceStore.Settings(call.body)
        let id = session.member.workspace.id
        guard let workspace = try await workspaces.update(id: id, settings, by: call.author(session), now: now()) else {
            throw APIError.notFound
        }
        return .data(WorkspaceView(workspace: workspace))
    }
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
        json.object { json in
            json.member("id", workspace.id)
            json.member("name", workspace.name)
            json.member("timezone", workspace.timeZoneName)
            json.member("currency", workspace.currency)
        }
    }
}
