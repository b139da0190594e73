import AnalyticsCore
import Testing

@Suite struct TokenScopesTests {
    @Test("a star allows everything")
    func all() throws {
        let scopes = try #require(TokenScopes(names: ["*"]))

        #expect(scopes == .all)
        #expect(scopes.names == ["*"])
        #expect(Permission.allCases.allSatisfy(scopes.allow))
    }

    @Test("named permissions allow just these, and are listed in a fixed order")
    func some() throws {
        let scopes = try #require(TokenScopes(names: ["view-reports", "ingest-analytics", "view-reports"]))

        #expect(scopes == .only([.ingestAnalytics, .viewReports]))
        #expect(scopes.names == ["ingest-analytics", "view-reports"])
        #expect(Permission.allCases.filter(scopes.allow) == [.ingestAnalytics, .viewReports])
    }

    @Test("every permission may be named")
    func each() {
        for permission in Permission.allCases {
            #expect(TokenScopes(names: [permission.rawValue]) == .only([permission]))
        }
        #expect(TokenScopes(names: Permission.allCases.map(\.rawValue))?.names == Permission.allCases.map(\.rawValue))
    }

    @Test("a star stands for everything whatever is named beside it")
    func starAmongOthers() {
        #expect(TokenScopes(names: ["view-reports", "*"]) == .all)
    }

    @Test(
        "a name that is neither a star nor a permission makes the whole invalid",
        arguments: [
            [], [""], ["view"], ["View-Analytics"], ["view_analytics"], ["view-analytics", "everything"],
            ["*", "everything"], ["**"], [" *"], ["view-analytics "],
        ] as [[String]])
    func refused(names: [String]) {
        #expect(TokenScopes(names: names) == nil)
    }
}
