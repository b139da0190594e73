import AnalyticsCore

/// What one sends to log in.
struct LoginBody {
    /// Nil where it is no address, and so no account's.
    let email: EmailAddress?
    let password: String

    /// - Throws: ``ValidationError`` with every fault.
    init(_ body: JSONObject) throws(ValidationError) {
        var rules = FieldRules()
        email = rules.text(body["email"], "email", required: true, length: 1...Int.max).flatMap { EmailAddress($0) }
        password = rules.knownPassword(body, "password")
        try rules.check()
    }
}
