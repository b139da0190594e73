import Testing

@testable import AnalyticsStore

@Suite struct DataVersionsTests {
    @Test("each workspace's changes are counted from none")
    func counts() {
        let versions = DataVersions()

        var changes = CommittedChanges()
        changes.note(.data, in: 2)
        changes.note(.events, in: 3)
        versions.learn(of: changes)
        changes.note(.data, in: 1)
        versions.learn(of: changes)

        #expect([1, 2, 3].map(versions.current) == [1, 2, 0])
    }
}
