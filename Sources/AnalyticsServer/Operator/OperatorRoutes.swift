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
    let workspaces: WorkspaceStore
    let tokens: TokenStore
    let imports: ImportStore
    let passwords: PasswordHasher
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/operator/users", nil, body: .json, createUser),
            .open(.post, "/operator/tokens", nil, body: .json, createToken),
            .open(.put, "/operator/import", nil, importCSV),
            .open(.post, "/operator/demo", nil, body: .json, makeDemo),
        ]
    }

    @Sendable private func createUser(_ call: Call) async throws -> Response {
        let body = try NewUserBody(call.body)
        let home: AccountStore.Home =
            if let selector = body.workspace {
                .workspace(id: try await workspace(selector).id, body.role)
            } else {
                .newWorkspace(name: body.newWorkspace)
            }
        let password = body.password ?? RandomPassword.make()
        let member = try await create(
            name: body.name, email: body.email, password: password, home: home)
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
            for: account.member.user, by: .operator, now: now())
        return call.response(to: token) { DataView(NewTokenView(token: $0)) }
    }

    @Sendable private func importCSV(_ call: Call) async throws -> Response {
        var rules = FieldRules()
        let selector = rules.text(call.query["workspace"], "workspace", length: Workspace.nameLength)
        let lastDay = rules.day(call.query["last_day"], "last_day")
        try rules.check()
        let workspace = try await workspace(selector)
        let count = try await RecordImport(
            imports: imports, workspace: workspace, now: now, logger: call.context.logger
        ).run(call.request.body, .csv, lastDay: lastDay)
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
            name: "Demo", email: email, password: password, home: .newWorkspace(name: "Demo"))

        let points = try PointBatch(
            DemoData.points(endingOn: Day(of: now(), in: member.workspace.timeZone), seed: UInt64(seed)))
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
        name: String, email: EmailAddress, password: String, home: AccountStore.Home
    ) async throws -> Member {
        let user = AccountStore.NewUser(
            name: name, email: email, passwordHash: try await passwords.hash(password))
        guard case .done(let member, _) = try await accounts.create(user, in: home, by: .operator, now: now()) else {
            throw ValidationError(field: "email", code: .unique, message: "The email has already been taken.")
        }
        return member
    }

    /// The workspace of that id or exact name; without either, the only one there is.
    private func workspace(_ selector: String?) async throws -> Workspace {
        guard let selector else {
            let first = try await workspaces.first(2)
            if first.count == 1 { return first[0] }
            throw ValidationError(
                field: "workspace", code: .required,
                message: first.isEmpty
                    ? "There is no workspace yet. Make one with: analyticspro user create"
                    : "There are several workspaces. Name one by its id or exact name with --workspace.")
        }
        if let id = Int64(selector), let workspace = try await workspaces.workspace(id: id) { return workspace }
        let named = try await workspaces.all(named: selector)
        if named.count == 1 { return named[0] }
        throw ValidationError(
            field: "workspace", code: .unknown,
            message: named.isEmpty
                ? "No workspace has the id or the exact name \"\(selector)\"."
                : "Several workspaces are called \"\(selector)\". Give the id of one.")
    }
}
