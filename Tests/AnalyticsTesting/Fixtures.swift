public import AnalyticsCore
public import AnalyticsStore

extension NewPoint {
    /// A point of which a test says only what it is about.
    ///
    /// - Parameter value: A decimal.
    public static func fixture(
        _ metric: Metric = .revenue, _ value: String = "1", on day: Day = .d0, category: String? = nil,
        source: String? = nil, externalID: String? = nil
    ) throws -> NewPoint {
        NewPoint(
            metric: metric, value: try Amount(parsing: value), day: day, category: category.map { Label($0) },
            source: source.map { Label($0) }, externalID: externalID.map { Label($0) })
    }
}

extension AccountStore {
    /// Makes a workspace with an admin.
    ///
    /// - Returns: The admin, and so the workspace.
    public func fixture(email: String = "ada@example.com", workspace: String = "Acme") async throws -> Member {
        let user = NewUser(
            name: "Ada", email: EmailAddress(trusted: email), passwordHash: "$scrypt$ln=4,r=1,p=1$AA$AA")
        let made = try await create(user, in: .newWorkspace(name: workspace), now: .t0)
        return try FixtureFault.unwrap(made.member, "\(email) is taken")
    }

    /// Adds a user to a workspace that is there.
    public func fixture(email: String, in workspaceID: Int64, as role: Role) async throws -> Member {
        let user = NewUser(
            name: "Grace", email: EmailAddress(trusted: email), passwordHash: "$scrypt$ln=4,r=1,p=1$AA$AA")
        let made = try await create(user, in: .workspace(id: workspaceID, role), now: .t0)
        return try FixtureFault.unwrap(made.member, "\(email) is taken")
    }
}

extension AccountStore.Registration {
    /// The account that was made, if one was.
    public var member: Member? {
        if case .done(let member, _) = self { member } else { nil }
    }

    /// The token that was made with it, if one was.
    public var token: IssuedToken? {
        if case .done(_, let token) = self { token } else { nil }
    }
}

extension TokenStore {
    /// Makes a token of which a test says only what it is about.
    public func fixture(
        name: String = "t", scopes: TokenScopes = .all, expiresAt: Instant? = nil, for user: User, now: Instant = .t0
    ) async throws -> IssuedToken {
        let issued = try await issue(
            name: name, scopes: scopes, expiresAt: expiresAt, for: user, by: .operator, now: now)
        return try FixtureFault.unwrap(issued.value, "a token without a key was made before")
    }
}

extension ImportStore {
    /// Begins an import of which a test says only what it is about, and stores some points of it.
    public func fixture(
        _ points: [NewPoint] = [], name: String = "sales", alerts: ImportAlerts = .all, isDryRun: Bool = false,
        workspaceID: Int64 = 1, now: Instant = .t0
    ) async throws -> ImportKey {
        let request = NewImport(name: name, format: .csv, alerts: alerts, isDryRun: isDryRun)
        let made = try await create(request, workspaceID: workspaceID, by: .operator, now: now)
        guard let key = made.value?.key, try await start(key, byteTotal: nil, now: now) else {
            throw FixtureFault("an import without a key was made before")
        }
        try await append(points, to: key, now: now)
        return key
    }
}

extension NewAlertRule {
    /// A rule of which a test says only what it is about: a revenue below 100 unless told otherwise.
    ///
    /// - Parameters:
    ///   - threshold: A decimal.
    ///   - time: A time of the day.
    ///   - recover: A decimal.
    public static func fixture(
        _ metric: Metric = .revenue, _ comparison: Comparison = .below, _ threshold: String = "100",
        name: String = "Low", category: String? = nil, condition: AlertCondition = .value,
        severity: Severity = .warning, isActive: Bool = true, at time: String? = nil, recover: String? = nil,
        days: Int = 1, resolvesItself: Bool = false, reminderMinutes: Int? = nil
    ) throws -> NewAlertRule {
        let isMissing = condition == .missing
        return NewAlertRule(
            name: name, metric: metric, category: category.map { Label($0) }, condition: condition,
            comparison: isMissing ? nil : comparison, threshold: isMissing ? nil : try Amount(parsing: threshold),
            severity: severity, isActive: isActive,
            time: try time.map { try FixtureFault.unwrap(LocalTime($0.utf8), "\($0) is no time of the day") },
            recoverThreshold: try recover.map { try Amount(parsing: $0) }, consecutiveDays: days,
            resolvesItself: resolvesItself,
            reminderMinutes: reminderMinutes)
    }
}

extension AlertRuleStore {
    /// Makes a rule of which a test says only what it is about.
    @discardableResult
    public func fixture(
        _ rule: NewAlertRule? = nil, workspaceID: Int64 = 1, now: Instant = .t0
    ) async throws -> AlertRule {
        let made = try await create(try rule ?? .fixture(), workspaceID: workspaceID, by: .operator, now: now)
        return try FixtureFault.unwrap(made.value, "a rule without a key was made before")
    }
}
