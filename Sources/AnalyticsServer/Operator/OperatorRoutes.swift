import AnalyticsCore
import AnalyticsStore
import Hummingbird

/// `/operator`, which is served on the socket beside the database and nowhere else: whoever can open that may do it all.
///
/// | route              | does                                             |
/// |--------------------|--------------------------------------------------|
/// | POST /users        | makes an account                                 |
/// | POST /tokens       | makes a token                                    |
/// | PUT  /import       | imports a file                                   |
/// | POST /demo         | makes a workspace with plausible data and a user |
/// | POST /audit/verify | checks the audit log of one workspace            |
struct OperatorRoutes {
    let accounts: AccountStore
    let workspaces: WorkspaceStore
    let tokens: TokenStore
    let imports: ImportStore
    let audit: AuditStore
    let passwords: PasswordHasher
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/operator/users", nil, body: .json, createUser),
            .open(.post, "/operator/tokens", nil, body: .json, createToken),
            .open(.put, "/operator/import", nil, importFile),
            .open(.post, "/operator/demo", nil, body: .json, makeDemo),
            .open(.post, "/operator/audit/verify", nil, body: .json, verifyAudit),
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

    @Sendable private func importFile(_ call: Call) async throws -> Response {
        let query = call.query
        var rules = FieldRules()
        let selector = rules.text(query["workspace"], "workspace", length: Workspace.nameLength)
        let lastDay = rules.day(query["last_day"], "last_day")
        let request = NewImport(
            name: query["name"], format: query["format"], alerts: query["alerts"], isDryRun: query["dry_run"],
            defaultName: "import", rules: &rules)
        try rules.check()
        guard let request else { throw ValidationError(issues: rules.issues) }
        let workspace = try await workspace(selector)
        let body = try BodyReader(call.request, limit: .max)
        let key = try await makeImport(request, in: workspace, byteTotal: call.contentLength)
        let run = ImportRun(
            imports: imports, key: key, format: request.format, workspace: workspace, author: .operator, now: now,
            logger: call.context.logger)
        let dataImport = try await run.run(body, lastDay: lastDay)
        return .data(ImportedView(dataImport: dataImport, workspace: workspace), status: .created)
    }

    /// Makes an import of which the file is there already.
    private func makeImport(
        _ request: NewImport, in workspace: Workspace, byteTotal: Int64? = nil
    ) async throws -> ImportKey {
        let made = try await imports.create(request, workspaceID: workspace.id, by: .operator, now: now())
        guard let key = made.value?.key, try await imports.start(key, byteTotal: byteTotal, now: now()) else {
            throw APIError.conflict("The import was deleted or broken off while its file was arriving.")
        }
        return key
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
        let key = try await makeImport(NewImport(name: "Demo", format: .csv), in: member.workspace)
        do {
            try await imports.append(points, to: key, now: now())
            _ = try await imports.complete(key, by: .operator, now: now())
        } catch {
            try await imports.fail(key, "The data could not be stored.", now: now())
            try await imports.settle(key, now: now)
            throw error
        }
        try await imports.settle(key, now: now)
        return .data(DemoView(member: member, password: password, count: points.count), status: .created)
    }

    /// Checks the log of `workspace`, or of the first workspace behind the id `after`; `workspace` is null where none is left.
    @Sendable private func verifyAudit(_ call: Call) async throws -> Response {
        var rules = FieldRules()
        let selector = rules.text(call.body["workspace"], "workspace", length: Workspace.nameLength)
        let after = rules.integer(call.body["after"], "after", atLeast: 0) ?? 0
        try rules.check()
        let chosen: Workspace? =
            if let selector {
                try await workspace(selector)
            } else {
                try await workspaces.first(1, after: Int64(after)).first
            }
        guard let chosen else { return .data(AuditVerificationView(workspace: nil, verification: nil)) }
        return .data(
            AuditVerificationView(
                workspace: chosen, verification: try await audit.verify(workspaceID: chosen.id)))
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
