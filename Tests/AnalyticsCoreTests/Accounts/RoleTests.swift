import AnalyticsCore
import Testing

@Suite struct RoleTests {
    @Test(
        "each role has its permissions and no other",
        arguments: [
            (
                "admin",
                [
                    "create-reports", "delete-reports", "export-analytics", "ingest-analytics", "manage-alerts",
                    "manage-users", "manage-workspace", "view-analytics", "view-reports",
                ]
            ),
            ("manager", ["create-reports", "export-analytics", "ingest-analytics", "view-analytics", "view-reports"]),
            ("analyst", ["export-analytics", "ingest-analytics", "manage-alerts", "view-analytics", "view-reports"]),
            ("viewer", ["view-analytics", "view-reports"]),
        ])
    func permissions(name: String, permissions: [String]) throws {
        let role = try #require(Role(rawValue: name))

        #expect(role.permissions.map(\.rawValue).sorted() == permissions)
    }

    @Test("there are four roles, named in lower case")
    func roles() {
        #expect(Role.allCases.map(\.rawValue) == ["admin", "manager", "analyst", "viewer"])
        #expect(Role(rawValue: "Admin") == nil)
    }
}
