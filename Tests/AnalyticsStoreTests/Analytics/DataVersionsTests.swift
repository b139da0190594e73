import AnalyticsStore
import Testing

@Suite struct DataVersionsTests {
    @Test("each workspace's changes are counted from none")
    func counts() {
        let versions = DataVersions()

        versions.raise(workspaceIDs: [1, 2])
        versions.raise(workspaceIDs: [2])

        #expect([1, 2, 3].map(versions.current) == [1, 2, 0])
    }
}
