import AnalyticsCore
import AnalyticsStore
import Hummingbird

/// `/operator`, which is served on the socket beside the database and nowhere else: whoever can open that may do it all.
///
/// | route         | does                                             |
/// |---------------|--------------------------------------------------|
/// | POST /users   | makes an account                                 |
/// | POST /tokens  | makes a token                                    |
/// | PUT  /import  | imports a CSV file                               |
/// | POST /demo    | makes a workspace with plausible data and a user |
struct OperatorRoutes {
    let accounts: AccountStore
    let tokens: TokenStore
    let imports: ImportStore
    let passwords: PasswordHasher
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/operator/users", readsBody: true, createUser),
            .open(.post, "/operator/tokens", readsBody: true, createToken),
            .open(.put, "/operator/import", importCSV),
            .open(.post, "/operator/demo", readsBody: true, makeDemo),
        ]
    }

    @Sendable private func createUser(_ call: Call) async throws -> Response {
        let body = try NewUserBody(call.body)
        let home: AccountStore.Home =
            if let selector = body.workspace {
                .workspace(id: try await workspace(selector).id)
            } else {
                .newWorkspace(name: body.newWorkspace)
            }
        let password = body.password ?? RandomPassword.make()
        let member = try await create(
            name: body.name, email: body.email, password: password, role: body.role, home: home)
        return .data(NewUserView(member: member, password: body.password == nil ? password : nil), status: .created)
    }

    @Sendable private func createToken(_ call: Call) async throws -> Response {
        let body = try NewTokenBody(call.body)
        guard let account = try await accounts.credentials(email: body.email) else {
            throw ValidationError(field: "email", code: .unknown, message: "No account has this email.")
        }
        let token = try await tokens.issue(
            name: body.name, scopes: body.scopes,
            expiresAt: body.expiresInDays.map { now().advanced(bySeconds: Int64($0) * 86_400) },
            for: account.member.user, now: now())
        return .data(NewTokenView(token: token), status: .created)
    }

    @Sendable private func importCSV(_ call: Call) async throws -> Response {
        var rules = FieldRules()
        let selector = rules.text(call.query["workspace"], "workspace", length: Workspace.nameLength)
        let lastDay = rules.day(call.query["last_day"], "last_day")
        try rules.check()
        let workspace = try await workspace(selector)
        let count = try await CSVImport(
            imports: imports, workspace: workspace, now: now, logger: call.context.logger
        ).run(call.request.body, lastDay: lastDay)
        return .data(ImportView(count: count, workspace: workspace), status: .created)
    }

    @Sendable private func makeDemo(_ call: Call) async throws -> Response {
        var rules = FieldRules()
        let email = rules.email(call.body["email"], "email")
        let seed = rules.integer(call.body["seed"], "seed", atLeast: 0) ?? 1
        try rules.check()
        guard let email else { throw ValidationError(issues: rules.issues) }
        let password = RandomPassword.make()
        let member = try await create(
            name: "Demo", email: email, password: password, role: .admin, home: .newWorkspace(name: "Demo"))

        let points = DemoData.points(endingOn: Day(of: now(), in: member.workspace.timeZone), seed: UInt64(seed))
        let dataImport = try await imports.begin(workspaceID: member.workspace.id, now: now())
        do {
            try await imports.append(points, to: dataImport, now: now())
            _ = try await imports.complete(dataImport)
        } catch {
            try await imports.discard(dataImport)
            throw error
        }
        return .data(DemoView(member: member, password: password, count: points.count), status: .created)
    }

    private func create(
        name: String, email: EmailAddress, password: String, role: Role, home: AccountStore.Home
    ) async throws -> Member {
        let user = AccountStore.NewUser(
            name: name, email: email, passwordHash: try await passwords.hash(password), role: role)
        guard let (member, _) = try await accounts.create(user, in: home, now: now()) else {
            throw ValidationError(field: "email", code: .unique, message: "The email has already been taken.")
        }
        return member
    }

    /// The workspace of that id or exact name; without either, the only one there is.
    private func workspace(_ selector: String?) async throws -> Workspace {
        guard let selector else {
            let first = try await accounts.workspaces(limit: 2)
            if first.count == 1 { return first[0] }
            throw ValidationError(
                field: "workspace", code: .required,
                message: first.isEmpty
                    ? "There is no workspace yet. Make one with: analyticspro user create"
                    : "There are several workspaces. Name one by its id or exact name with --workspace.")
        }
        if let id = Int64(selector), let workspace = try await accounts.workspace(id: id) { return workspace }
        let named = try await accounts.workspaces(named: selector)
        if named.count == 1 { return named[0] }
        throw ValidationError(
            field: "workspace", code: .unknown,
            message: named.isEmpty
                ? "No workspace has the id or the exact name \"\(selector)\"."
                : "Several workspaces are called \"\(selector)\". Give the id of one.")
    }
}
