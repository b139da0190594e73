import AnalyticsCore
import AnalyticsStore

/// A token that one wants to make, which never may more, or for longer, than what it is made with.
struct TokenBody {
    let name: String
    let scopes: TokenScopes
    let expiresAt: Instant?

    /// - Parameters:
    ///   - body: What was sent.
    ///   - maker: With what it is made: its scopes and its end stand in for what was not sent.
    ///   - now: After which the token must end.
    /// - Throws: ``ValidationError`` with every fault, ``APIError`` of status 403 for a scope beyond the maker's.
    init(_ body: JSONObject, maker: Session, now: Instant) throws {
        // The end of a browser's session says nothing about tokens.
        let latest = maker.token.kind == .browser ? nil : maker.token.expiresAt
        var rules = FieldRules()
        let name = rules.text(body["name"], "name", required: true, length: AccessToken.nameLength)
        let scopes = rules.scopes(body)
        let end = rules.instant(body["expires_at"], "expires_at")
        if let end, end <= now {
            rules.refuse("expires_at", .dateRange, "The expires at field must be a date after now.")
        } else if let end, let latest, end > latest {
            rules.refuse(
                "expires_at", .dateRange, "The expires at field must be a date before or equal to \(latest).")
        }
        try rules.check()
        guard let name else { throw ValidationError(issues: rules.issues) }
        if let missing = scopes.flatMap({ maker.firstPermissionMissing(for: $0) }) { throw APIError.forbidden(missing) }
        self.name = name
        self.scopes = scopes ?? maker.token.scopes
        expiresAt = end ?? latest
    }
}

extension Session {
    /// A permission that the scopes name and the maker has not; nil where there is none.
    fileprivate func firstPermissionMissing(for scopes: TokenScopes) -> Permission? {
        switch scopes {
        case .all: Permission.allCases.first { !token.scopes.allow($0) }
        case .only(let permissions): Permission.allCases.first { permissions.contains($0) && !allows($0) }
        }
    }
}

extension FieldRules {
    /// The scopes under `scopes`, or nil where they are missing.
    fileprivate mutating func scopes(_ body: JSONObject) -> TokenScopes? {
        guard let elements = body.elements("scopes", upTo: Permission.allCases.count + 2) else {
            if case .missing = body["scopes"] { return nil }
            refuse("scopes", .inList, "The scopes field must be an array.")
            return nil
        }
        if elements.isEmpty {
            refuse("scopes", .minLength, "The scopes field must have at least 1 items.")
            return nil
        }
        // One of each at most; no list of a million names is read to its end.
        guard elements.count <= Permission.allCases.count + 1 else {
            refuse("scopes", .maxLength, "The scopes field must not have more than 10 items.")
            return nil
        }
        var names: [String] = []
        for (index, element) in elements.enumerated() {
            if case .text(let bytes) = element, TokenScopes(names: [String(decoding: bytes, as: UTF8.self)]) != nil {
                names.append(String(decoding: bytes, as: UTF8.self))
            } else {
                refuse("scopes.\(index)", .inList, "The selected scopes.\(index) is invalid.")
            }
        }
        return TokenScopes(names: names)
    }
}
