import AnalyticsCore
import AnalyticsStore

/// An account that was just made, with its password where that is one of chance.
struct NewUserView: JSONView {
    let member: Member
    let password: String?

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.name("user")
            UserView(member: member).write(to: &json)
            json.member("password", password)
        }
    }
}

/// A token that was just made, with its secret.
struct NewTokenView: JSONView {
    let token: IssuedToken

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", token.token.id)
            json.member("name", token.token.name)
            json.list("scopes", token.token.scopes.names) { $0.string($1) }
            json.member("expires_at", token.token.expiresAt?.description)
            json.member("token", token.secret.text)
        }
    }
}

/// What was imported, and where.
struct ImportedView: JSONView {
    let dataImport: DataImport
    let workspace: Workspace

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", dataImport.id)
            json.member("record_count", dataImport.recordCount)
            json.member("workspace", workspace.name)
        }
    }
}

/// The workspace for looking around.
struct DemoView: JSONView {
    let member: Member
    let password: String
    let count: Int

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("accepted", count)
            json.member("workspace", member.workspace.name)
            json.member("email", member.user.email.text)
            json.member("password", password)
        }
    }
}

/// What became of checking an audit log.
struct AuditVerificationView: JSONView {
    /// Nil where no workspace is left.
    let workspace: Workspace?
    /// Nil where the workspace was removed meanwhile.
    let verification: AuditVerification?

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("workspace", workspace.map { String($0.id) })
            json.member("name", workspace?.name)
            json.member("first", verification.map { $0.removed + 1 })
            json.member("last", verification?.last)
            json.member("hash", verification.map { Self.hexadecimal($0.hash) })
            json.member("fault", verification?.fault.map { "entry \($0.entryID) \($0.reason)" })
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
