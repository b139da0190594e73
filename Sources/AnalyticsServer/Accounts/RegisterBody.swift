import AnalyticsCore

/// What one sends to make an account.
struct RegisterBody {
    let name: String
    let email: EmailAddress
    let password: String
    /// What the new workspace is called.
    let workspace: String
    /// The code of an invitation to one that is there.
    let invitation: String?

    /// - Throws: ``ValidationError`` with every fault.
    init(_ body: JSONObject) throws(ValidationError) {
        var rules = FieldRules()
        let name = rules.text(body["name"], "name", required: true, length: User.nameLength)
        let email = rules.email(body["email"], "email")
        // Faults are listed in the order of the fields.
        var later = FieldRules()
        let workspace = later.text(body["workspace"], "workspace", length: Workspace.nameLength)
        invitation = later.text(body["invitation"], "invitation", length: 1...255)
        let password = rules.newPassword(
            body, unlike: PasswordWords(name: name, email: email, workspace: workspace))
        for issue in later.issues { rules.refuse(issue.field, issue.code, issue.message) }
        try rules.check()
        guard let name, let email, let password else { throw ValidationError(issues: rules.issues) }
        self.name = name
        self.email = email
        self.password = password
        self.workspace = workspace ?? Workspace.defaultName(owner: name)
    }
}
