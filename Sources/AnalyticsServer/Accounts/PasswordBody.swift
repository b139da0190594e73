import AnalyticsCore
import AnalyticsStore

/// What one sends to change one's password.
struct PasswordBody {
    let currentPassword: String
    let password: String
    /// Whether all other tokens are revoked.
    let revokesOthers: Bool
    /// Whether other browsers stay logged in.
    let keepsSessions: Bool

    /// - Parameters:
    ///   - body: What was sent.
    ///   - member: Whose password it is.
    /// - Throws: ``ValidationError`` with every fault.
    init(_ body: JSONObject, of member: Member) throws(ValidationError) {
        var rules = FieldRules()
        currentPassword = rules.knownPassword(body, "current_password")
        let password = rules.newPassword(body, unlike: PasswordWords(member))
        revokesOthers = rules.boolean(body["revoke_others"], "revoke_others") ?? false
        keepsSessions = rules.boolean(body["keep_sessions"], "keep_sessions") ?? false
        try rules.check()
        guard let password else { throw ValidationError(issues: rules.issues) }
        self.password = password
    }
}

extension FieldRules {
    /// A password that is to be compared, exactly as it was sent; empty where it is missing, which is noted.
    mutating func knownPassword(_ body: JSONObject, _ field: StaticString) -> String {
        if let password = body.untrimmedText(field), !password.isEmpty { return password }
        _ = text(body[field], "\(field)", required: true, length: 1...Int.max)
        // White space alone passes for a text that is missing, and is none that could not be stored.
        return ""
    }

    /// The new password under `password`, exactly as sent, that `password_confirmation` repeats.
    ///
    /// - Parameter words: What it must not be.
    mutating func newPassword(_ body: JSONObject, unlike words: PasswordWords = PasswordWords()) -> String? {
        guard let password = body.untrimmedText("password"), !password.isEmpty else {
            _ = text(body["password"], "password", required: true, length: 1...Int.max)
            return nil
        }
        var isFit = isStrong(password, unlike: words)
        if body.untrimmedText("password_confirmation").map({ $0.utf8.elementsEqual(password.utf8) }) != true {
            refuse("password", .confirmed, "The password field confirmation does not match.")
            isFit = false
        }
        return isFit ? password : nil
    }

    /// Whether a new password may be one; why not is noted.
    mutating func isStrong(_ password: String, unlike words: PasswordWords) -> Bool {
        if password.unicodeScalars.count < User.shortestPassword {
            refuse(
                "password", .minLength,
                "The password field must be at least \(User.shortestPassword) characters.")
            return false
        }
        if CommonPasswords.contain(password) {
            refuse(
                "password", .common,
                "The given password has appeared in a data leak. Please choose a different password.")
            return false
        }
        if words.contain(password) {
            refuse(
                "password", .common,
                "The password must not be a word that is known of you: this product's name, your own, your workspace's, "
                    + "or a part of your email address. Please choose a different password.")
            return false
        }
        return true
    }
}
