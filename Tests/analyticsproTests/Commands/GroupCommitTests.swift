import AnalyticsTesting
import Foundation
import Testing

@Suite struct GroupCommitTests {
    @Test(
        "points of 32 connections share their syncs: well below one a point", .timeLimit(.patient),
        .enabled(if: Tracing.isAllowed, "strace is missing or may not trace a process"))
    func syncs() async throws {
        try await withTemporaryFolder { folder in
            let report = folder + "/syncs.txt"
            try await withServer(
                database: "sqlite:\(folder)/a.sqlite", wrapper: Tracing.wrapper(report: report)
            ) { _, caller in
                let caller = try await caller.registered()
                try await withThrowingTaskGroup(of: Void.self) { clients in
                    for _ in 0..<32 {
                        clients.addTask {
                            for number in 0..<25 {
                                let answer = try await caller.post(
                                    "/api/v1/analytics", #"{"metric_type": "users", "value": \#(number)}"#)
                                #expect(answer.status == 201)
                            }
                        }
                    }
                    try await clients.waitForAll()
                }
            }

            // 800 points, and a dozen syncs of the schema, the registration and the end.
            let syncs = try await Tracing.calls(inReport: report)
            #expect(syncs > 12)
            // On a machine with other work the groups are smaller; one sync a point would be over 800.
            #expect(syncs < 600)
        }
    }
}

/// Counting the syncs of a process with strace.
private enum Tracing {
    /// Runs what follows as the process itself, with the tracer beside it.
    static func wrapper(report: String) -> [String] {
        ["strace", "-D", "-c", "-f", "-e", "trace=fsync,fdatasync", "-o", report]
    }

    /// Whether strace is there and may trace other processes.
    static let isAllowed =
        (try? ChildProcess.output(of: ["strace", "-q", "-o", "/dev/null", "true"])) != nil

    /// The sum of the column "calls", once the tracer has written it.
    static func calls(inReport path: String) async throws -> Int {
        while true {
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            if lines.contains(where: { $0.hasSuffix("total") }) {
                return lines.filter { $0.contains("sync") }.reduce(0) { sum, line in
                    let columns = line.split(separator: " ")
                    return sum + (columns.count > 3 ? Int(columns[3]) ?? 0 : 0)
                }
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
