import AnalyticsCore

/// An account that the operator wants.
struct NewUserBody {
    let name: String
    let email: EmailAddress
    let role: Role
    /// Nil for one of chance.
    let password: String?
    /// The id or exact name of the workspace; nil for a new one.
    let workspace: String?
    /// What a new workspace is called.
    let newWorkspace: String

    /// - Throws: ``ValidationError`` with every fault.
    init(_ body: JSONObject) throws(ValidationError) {
        var rules = FieldRules()
        let name = rules.text(body["name"], "name", required: true, length: User.nameLength)
        let email = rules.email(body["email"], "email")
        let roleFaults = rules.issues.count
        let role =
            rules.role(body["role"], "role", required: false)
            ?? (rules.issues.count == roleFaults ? Role.admin : nil)
        let password = body.untrimmedText("password")
        var later = FieldRules()
        let workspace = later.text(body["workspace"], "workspace", length: Workspace.nameLength)
        let newWorkspace = later.text(body["new_workspace"], "new_workspace", length: Workspace.nameLength)
        if let password {
            _ = rules.isStrong(
                password, unlike: PasswordWords(name: name, email: email, workspace: newWorkspace ?? workspace))
        } else {
            // Something that is there and no password must not become one of chance.
            _ = rules.text(body["password"], "password", length: 1...Int.max)
        }
        for issue in later.issues { rules.refuse(issue.field, issue.code, issue.message) }
        if workspace == nil, let role, role != .admin {
            rules.refuse("role", .inList, "The first user of a new workspace must be its admin.")
        }
        try rules.check()
        guard let name, let email, let role else { throw ValidationError(issues: rules.issues) }
        self.name = name
        self.email = email
        self.role = role
        self.password = password
        self.workspace = workspace
        self.newWorkspace = newWorkspace ?? Workspace.defaultName(owner: name)
    }
}

/// A token that the operator wants.
struct NewTokenBody {
    let email: EmailAddress
    let name: String
    let scopes: TokenScopes
    let expiresInDays: Int?

    /// How far away the end of a token may be, a hundred years.
    private static let mostDays = 36_500

    /// - Throws: ``ValidationError`` with every fault.
    init(_ body: JSONObject) throws(ValidationError) {
        var rules = FieldRules()
        let email = rules.email(body["email"], "email")
        let name = rules.text(body["name"], "name", required: true, length: AccessToken.nameLength)
        let scopeText = rules.text(body["scopes"], "scopes", length: 1...1000) ?? "*"
        let scopes = TokenScopes(names: scopeText.split(separator: " ").map(String.init))
        if scopes == nil {
            let allowed = Permission.allCases.map(\.rawValue).joined(separator: ", ")
            rules.refuse("scopes", .inList, "The selected scopes are invalid. Allowed are * or \(allowed).")
        }
        expiresInDays = rules.integer(body["expires_in_days"], "expires_in_days", atLeast: 1)
        if let expiresInDays, expiresInDays > Self.mostDays {
            rules.refuse(
                "expires_in_days", .between,
                "The expires in days field must not be greater than \(Self.mostDays).")
        }
        try rules.check()
        guard let email, let name, let scopes else { throw ValidationError(issues: rules.issues) }
        self.email = email
        self.name = name
        self.scopes = scopes
    }
}
