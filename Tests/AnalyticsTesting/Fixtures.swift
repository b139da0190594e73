public import AnalyticsCore
public import AnalyticsStore

extension NewPoint {
    /// A point of which a test says only what it is about.
    ///
    /// - Parameter value: A decimal, which must be one.
    public static func fixture(
        _ metric: Metric = .revenue, _ value: String = "1", on day: Day = .d0, category: String? = nil,
        source: String? = nil
    ) -> NewPoint {
        guard let amount = try? Amount(parsing: value) else { fatalError("\(value) is no amount") }
        return NewPoint(
            metric: metric, value: amount, day: day, category: category.map { Label($0) },
            source: source.map { Label($0) })
    }
}

extension AccountStore {
    /// Makes a workspace with an admin.
    ///
    /// - Returns: The admin, and so the workspace.
    public func fixture(email: String = "ada@example.com", workspace: String = "Acme") async throws -> Member {
        let user = NewUser(
            name: "Ada", email: EmailAddress(trusted: email), passwordHash: "$scrypt$ln=4,r=1,p=1$AA$AA", role: .admin)
        guard let made = try await create(user, in: .newWorkspace(name: workspace), now: .t0) else {
            fatalError("\(email) is taken")
        }
        return made.member
    }
}
