import AnalyticsCore
import AnalyticsStore
import Hummingbird

/// `/api/v1/audit-log`.
///
/// | route | needs        |
/// |-------|--------------|
/// | GET / | manage-users |
struct AuditRoutes {
    let log: AuditStore

    var routes: [Route] {
        [.authorized(.get, "/api/v1/audit-log", .manageUsers, .listAuditLog, list)]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        try await call.list(
            { try await log.list($0, workspaceID: session.member.workspace.id) }, id: \.id,
            AuditEntryView.init(entry:))
    }
}

/// An entry of the audit log as the API shows one.
struct AuditEntryView: JSONView {
    let entry: AuditEntry

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", entry.id)
            json.member("at", entry.at.description)
            json.name("user")
            if let person = entry.author.person {
                json.object { json in
                    json.member("id", person.id)
                    json.member("name", person.name)
                    json.member("email", person.email.text)
                }
            } else {
                json.null()
            }
            json.member("token_id", entry.author.tokenID)
            json.member("address", entry.author.address)
            json.member("action", entry.action.rawValue)
            json.object("object") { json in
                json.member("type", entry.action.objectKind)
                json.member("id", entry.objectID)
            }
            json.object("details") { json in
                for change in entry.changes {
                    json.object(change.name) { json in
                        json.member("from", change.from)
                        json.member("to", change.to)
                    }
                }
            }
        }
    }
}
