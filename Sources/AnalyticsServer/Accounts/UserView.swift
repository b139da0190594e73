import AnalyticsCore
import AnalyticsStore

/// A user as the API shows one.
struct UserView: JSONView {
    let member: Member
    /// The token that the request came with, which only `me` shows.
    var token: AccessToken?
    /// Of alerts of which severities the user gets mail, which only `me` shows.
    var alertEmails: [Severity]?
    /// When the user showed that mail to the address arrives, which only `me` shows.
    var emailConfirmedAt: Instant??

    func write(to json: inout JSONWriter) {
        let user = member.user
        json.object { json in
            json.member("id", user.id)
            json.member("name", user.name)
            json.member("email", user.email.text)
            json.member("role", user.role.rawValue)
            json.list("permissions", Permission.allCases.filter(user.role.permissions.contains)) {
                $0.string($1.rawValue)
            }
            json.name("workspace")
            WorkspaceView(workspace: member.workspace).write(to: &json)
            json.member("created_at", user.createdAt.description)
            if let emailConfirmedAt { json.member("email_confirmed_at", emailConfirmedAt?.description) }
            if let alertEmails { json.list("alert_emails", alertEmails) { $0.string($1.rawValue) } }
            if let token {
                json.object("token") { json in
                    json.member("id", token.id)
                    json.member("name", token.name)
                    json.list("scopes", token.scopes.names) { $0.string($1) }
                }
            }
        }
    }
}

/// What one gets who has just registered or logged in.
struct LoginView: JSONView {
    let message: String
    let member: Member
    let secret: TokenSecret

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("message", message)
            json.object("data") { json in
                json.name("user")
                UserView(member: member).write(to: &json)
                json.member("token", secret.text)
                json.member("token_type", "Bearer")
            }
        }
    }
}
