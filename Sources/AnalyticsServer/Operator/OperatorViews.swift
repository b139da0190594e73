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
