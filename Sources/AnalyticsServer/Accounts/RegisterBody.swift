import AnalyticsCore

/// What one sends to make an account.
struct RegisterBody {
    let name: String
    let email: EmailAddress
    let password: String
    /// What the new workspace is called.
    let workspace: String

    /// - Throws: ``ValidationError`` with every fault.
    init(_ body: JSONObject) throws(ValidationError) {
        var rules = FieldRules()
        let name = rules.text(body["name"], "name", required: true, length: User.nameLength)
        let email = rules.email(body["email"], "email")
        let password = rules.newPassword(body)
        let workspace = rules.text(body["workspace"], "workspace", length: Workspace.nameLength)
        try rules.check()
        guard let name, let email, let password else { throw ValidationError(issues: rules.issues) }
        self.name = name
        self.email = email
        self.password = password
        self.workspace = workspace ?? Workspace.defaultName(owner: name)
    }
}

/// What one sends to log in.
struct LoginBody {
    /// Nil where it is no address, and so no account's.
    let email: EmailAddress?
    let password: String

    /// - Throws: ``ValidationError`` with every fault.
    init(_ body: JSONObject) throws(ValidationError) {
        var rules = FieldRules()
        email = rules.text(body["email"], "email", required: true, length: 1...Int.max).flatMap { EmailAddress($0) }
        password = body.untrimmedText("password") ?? ""
        if password.isEmpty { _ = rules.text(body["password"], "password", required: true, length: 1...Int.max) }
        try rules.check()
    }
}

extension FieldRules {
    /// An e-mail address, which must be there.
    mutating func email(_ input: FieldInput, _ field: String) -> EmailAddress? {
        guard let text = text(input, field, required: true, length: 1...Int.max) else { return nil }
        if text.unicodeScalars.count > EmailAddress.longest {
            refuse(
                field, .maxLength,
                "The \(Self.spoken(field)) field must not be greater than \(EmailAddress.longest) characters.")
        } else if let email = EmailAddress(text) {
            return email
        } else {
            refuse(field, .email, "The \(Self.spoken(field)) field must be a valid email address.")
        }
        return nil
    }

    /// The password under `password`, exactly as sent, that `password_confirmation` repeats.
    mutating func newPassword(_ body: JSONObject) -> String? {
        guard let password = body.untrimmedText("password"), !password.isEmpty else {
            _ = text(body["password"], "password", required: true, length: 1...Int.max)
            return nil
        }
        var isFit = true
        if password.unicodeScalars.count < User.shortestPassword {
            refuse(
                "password", .minLength,
                "The password field must be at least \(User.shortestPassword) characters.")
            isFit = false
        }
        if body.untrimmedText("password_confirmation").map({ $0.utf8.elementsEqual(password.utf8) }) != true {
            refuse("password", .confirmed, "The password field confirmation does not match.")
            isFit = false
        }
        return isFit ? password : nil
    }
}
