import AnalyticsCore
import Foundation
import Testing

@Suite struct WorkspaceTests {
    @Test("a workspace counts its days in UTC and its money in dollars unless it says otherwise")
    func defaults() {
        let workspace = Workspace(id: 1, name: "Shop")

        #expect(workspace.timeZoneName == "UTC")
        #expect(workspace.currency == "USD")
    }

    @Test(
        "its time zone has the name that it was given",
        arguments: ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Etc/UTC"])
    func timeZoneName(name: String) throws {
        let zone = try #require(TimeZone(identifier: name))

        #expect(Workspace(id: 1, name: "Shop", timeZone: zone).timeZoneName == name)
    }
}
