import AnalyticsCore
import AnalyticsTesting
import Foundation
import Testing

@testable import AnalyticsJobs

@Suite(.timeLimit(.patient)) struct HostResolverTests {
    /// Keeps those who look up `hanging` names until it is opened.
    private final class Gate: @unchecked Sendable {
        // A semaphore is made to be used from several threads.
        private let semaphore = DispatchSemaphore(value: 0)

        func wait() { semaphore.wait() }
        func open(_ count: Int) { for _ in 0..<count { semaphore.signal() } }
    }

    @Test("names of a workspace that nobody answers leave threads for the names of others")
    func shares() async throws {
        let gate = Gate()
        let address = try #require(NetworkAddress("192.0.2.1"))
        let resolver = HostResolver(threadCount: 8) { host in
            if host == "hanging" { gate.wait() }
            return [address]
        }
        let hanging = (0..<20).map { _ in
            Task { await resolver.addresses(of: "hanging", for: 1, patience: Patience.seconds(600)) }
        }
        // The first of them has a thread once another workspace was answered behind it.
        var answers: [[NetworkAddress]] = []
        for workspaceID in Int64(2)...4 {
            answers.append(
                await resolver.addresses(of: "here", for: workspaceID, patience: Patience.seconds(600)))
        }
        gate.open(20)
        for task in hanging { answers.append(await task.value) }

        #expect(answers == Array(repeating: [address], count: 23))
    }

    @Test("who waited for too long is not looked up any more, and beyond a hundred names of a workspace none waits")
    func patience() async throws {
        let gate = Gate()
        let resolver = HostResolver(threadCount: 1) { _ in
            gate.wait()
            return []
        }
        let first = Task { await resolver.addresses(of: "a", for: 1, patience: Patience.seconds(600)) }
        let late = await resolver.addresses(of: "b", for: 1, patience: .milliseconds(1))
        let many = (0..<200).map { _ in
            Task { await resolver.addresses(of: "c", for: 1, patience: .milliseconds(1)) }
        }
        for task in many { #expect(await task.value.isEmpty) }
        // Only the first is under way; the others were given up and pass by.
        gate.open(2)

        #expect(late.isEmpty)
        #expect(await first.value.isEmpty)
    }
}
