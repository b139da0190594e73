import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/alerts`.
///
/// | route                                    | needs         |
/// |------------------------------------------|---------------|
/// | GET  /                                   | manage-alerts |
/// | POST /read                               | manage-alerts |
/// | GET  /:id                                | manage-alerts |
/// | PATCH, POST, PUT /:id/read, /:id/resolve | manage-alerts |
struct AlertRoutes {
    let alerts: AlertStore
    let now: @Sendable () -> Instant

    private static let path = "/api/v1/alerts"
    /// How many alerts are read at once at most.
    static let mostRead = 100

    var routes: [Route] {
        [
            .authorized(.get, Self.path, .manageAlerts, .listAlerts, list),
            .authorized(.post, Self.path + "/read", .manageAlerts, .readAlerts, body: .json, readMany),
            .authorized(.get, Self.path + "/{id}", .manageAlerts, .getAlert, get),
        ]
            + Self.changing.flatMap { method, suffix -> [Route] in
                [
                    .authorized(
                        method, Self.path + "/{id}/read", .manageAlerts, .readAlert(suffix: suffix), read),
                    .authorized(
                        method, Self.path + "/{id}/resolve", .manageAlerts, .resolveAlert(suffix: suffix), body: .json,
                        resolve),
                ]
            }
    }

    /// The methods that change an alert, which clients of the original use one as the other, with what ends the names of
    /// their operations.
    private static let changing: [(HTTPRequest.Method, String)] = [(.patch, ""), (.post, "ByPost"), (.put, "ByPut")]

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        let query = call.query
        var rules = FieldRules()
        let filter = AlertStore.Filter(
            status: rules.filter(query["status"], "status"), severity: rules.filter(query["severity"], "severity"))
        let page = PageQuery(query, defaultSize: 20, rules: &rules)
        try rules.check()
        let list = try await alerts.list(filter, page.slice, workspaceID: session.member.workspace.id)
        var json = JSONWriter(capacity: 8192)
        PageView(
            items: list.page.items.map(AlertView.init(alert:)), total: list.page.total,
            nextCursor: list.page.hasMore ? list.page.items.last.map { Cursor(id: $0.id) } : nil, page: page,
            query: query, path: call.url
        ) { json in
            json.object("counts") { json in
                json.member("unread", list.counts[.unread])
                json.member("read", list.counts[.read])
                json.member("resolved", list.counts[.resolved])
            }
        }.write(to: &json)
        return .json(json)
    }

    @Sendable private func get(_ call: Call, _ session: Session) async throws -> Response {
        let alert = try await alerts.alert(try call.id(), workspaceID: session.member.workspace.id)
        guard let alert else { throw APIError.notFound }
        return .data(AlertView(alert: alert))
    }

    @Sendable private func read(_ call: Call, _ session: Session) async throws -> Response {
        let reading = try await alerts.read(
            try call.id(), workspaceID: session.member.workspace.id, by: Alert.Person(session.member.user), now: now())
        switch reading {
        case .unknown: throw APIError.notFound
        case .isResolved: throw APIError.conflict("The alert is resolved already.")
        case .read(let alert): return .data(AlertView(alert: alert))
        }
    }

    @Sendable private func readMany(_ call: Call, _ session: Session) async throws -> Response {
        let ids = try Self.ids(call.body)
        let read = try await alerts.read(
            ids, workspaceID: session.member.workspace.id, by: Alert.Person(session.member.user), now: now())
        var json = JSONWriter(capacity: 8192)
        json.object { json in
            json.list("data", read) { AlertView(alert: $1).write(to: &$0) }
        }
        return .json(json)
    }

    @Sendable private func resolve(_ call: Call, _ session: Session) async throws -> Response {
        let id = try call.id()
        let workspaceID = session.member.workspace.id
        guard try await alerts.alert(id, workspaceID: workspaceID) != nil else { throw APIError.notFound }
        var rules = FieldRules()
        rules.refuseOtherThanObject(call.body)
        let note = rules.text(call.body["note"], "note", length: Alert.Resolution.noteLength)
        try rules.check()
        let alert = try await alerts.resolve(
            id, note: note, workspaceID: workspaceID, by: call.author(session), now: now())
        guard let alert else { throw APIError.notFound }
        return .data(AlertView(alert: alert))
    }

    /// The numbers in a body's `ids`.
    private static func ids(_ body: JSONObject) throws(ValidationError) -> Set<Int64> {
        var rules = FieldRules()
        var ids: Set<Int64> = []
        if case .missing = body["ids"] {
            rules.refuseMissing("ids")
        } else if let elements = body.elements("ids", upTo: mostRead + 1), !elements.isEmpty {
            if elements.count > mostRead {
                rules.refuse("ids", .limit, "The ids field must not have more than \(mostRead) items.")
            }
            for (index, element) in elements.prefix(mostRead).enumerated() {
                if case .missing = element {
                    rules.refuseMissing("ids.\(index)")
                } else if let id = rules.integer(element, "ids.\(index)", in: 1...9_007_199_254_740_991) {
                    ids.insert(Int64(id))
                }
            }
        } else {
            rules.refuse("ids", .inList, "The ids field must be a list of the numbers of 1 to \(mostRead) alerts.")
        }
        try rules.check()
        return ids
    }
}

extension Alert.Person {
    /// The person that a user is.
    fileprivate init(_ user: User) {
        self.init(id: user.id, name: user.name)
    }
}
