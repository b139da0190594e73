import AnalyticsTesting
import Foundation
import Testing

@Suite struct OperatorSocketTests {
    @Test("a database in a folder with a very long path has a socket too", .timeLimit(.patient))
    func longPath() async throws {
        try await withTemporaryFolder { folder in
            let database = "sqlite:\(folder)/" + String(repeating: "deep/", count: 30) + "a.sqlite"
            try await withServer(database: database) { _, _ in
                let outcome = try await Program.run(["demo", "--database", database])

                #expect(outcome.output.hasPrefix("Made the workspace \"Demo\" with 1170 data points."))
            }
        }
    }
}
