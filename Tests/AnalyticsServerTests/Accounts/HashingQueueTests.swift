import AnalyticsTesting
import Synchronization
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct HashingQueueTests {
    /// Jobs that run until they are let go, and the order in which they began.
    private final class Jobs: Sendable {
        let queue: HashingQueue<String>
        private let state = Mutex((begun: [String](), gates: [String: CheckedContinuation<Void, Never>]()))

        init(workers: Int, most: Int) {
            queue = HashingQueue(workers: workers, most: most)
        }

        var begun: [String] { state.withLock { $0.begun } }

        /// Begins a job, and returns when it runs, waits, or was refused.
        ///
        /// - Parameter name: The subject, and behind a space a number.
        func start(_ name: String) async -> Task<Void, any Error> {
            let before = (queue.waiting, begun.count)
            let isOver = Atomic(false)
            let task = Task {
                defer { isOver.store(true, ordering: .relaxed) }
                try await queue.run(for: String(name.prefix { $0 != " " })) {
                    await withCheckedContinuation { gate in
                        state.withLock { state in
                            state.begun.append(name)
                            state.gates[name] = gate
                        }
                    }
                }
            }
            while (queue.waiting, begun.count) == before, !isOver.load(ordering: .relaxed) {
                await Task.yield()
            }
            return task
        }

        /// Lets a job that runs end, and waits until another one began.
        func finish(_ name: String) async {
            let count = begun.count
            let mayFollow = !queue.waiting.isEmpty
            state.withLock { $0.gates.removeValue(forKey: name) }?.resume()
            while mayFollow, begun.count == count { await Task.yield() }
        }

        /// Lets all end, one after the other.
        func finishAll() async {
            while let name = state.withLock({ $0.gates.keys.first }) { await finish(name) }
        }
    }

    @Test("whoever comes with one job waits for one that runs, and for none of the many of another")
    func turns() async {
        let jobs = Jobs(workers: 1, most: 64)
        for number in 1...20 { _ = await jobs.start("attacker \(number)") }

        _ = await jobs.start("victim 1")
        _ = await jobs.start("neighbour 1")
        _ = await jobs.start("victim 2")
        await jobs.finishAll()

        #expect(
            jobs.begun.prefix(5) == ["attacker 1", "victim 1", "neighbour 1", "attacker 2", "victim 2"])
        #expect(jobs.begun.count == 23)
    }

    @Test("with several workers the next one that is free is the newcomer's")
    func workers() async {
        let jobs = Jobs(workers: 2, most: 64)
        for number in 1...20 { _ = await jobs.start("attacker \(number)") }
        _ = await jobs.start("victim 1")
        #expect(jobs.begun == ["attacker 1", "attacker 2"])

        await jobs.finish("attacker 2")

        #expect(jobs.begun.last == "victim 1")
        await jobs.finishAll()
    }

    @Test("jobs of one subject run in their order, and a worker without work takes the next at once")
    func order() async {
        let jobs = Jobs(workers: 1, most: 64)
        for number in 1...3 { _ = await jobs.start("a \(number)") }
        await jobs.finishAll()
        _ = await jobs.start("a 4")
        while jobs.begun.count < 4 { await Task.yield() }
        #expect(jobs.begun == ["a 1", "a 2", "a 3", "a 4"])
        await jobs.finishAll()
        #expect(jobs.queue.waiting.isEmpty)
    }

    @Test("beyond its bound the queue refuses the subject with most jobs in it, so no other is kept out")
    func bound() async throws {
        let jobs = Jobs(workers: 1, most: 3)
        var attacks: [Task<Void, any Error>] = []
        for number in 1...5 { attacks.append(await jobs.start("attacker \(number)")) }

        let victims = [await jobs.start("victim 1"), await jobs.start("neighbour 1"), await jobs.start("late 1")]
        await jobs.finishAll()

        var refused: [Int] = []
        for (index, attack) in attacks.enumerated() {
            do { try await attack.value } catch is HashingQueue<String>.Full { refused.append(index + 1) }
        }
        #expect(refused == [3, 4, 5])
        for victim in victims.prefix(2) { try await victim.value }
        await #expect(throws: HashingQueue<String>.Full.self) { try await victims[2].value }
        #expect(jobs.begun == ["attacker 1", "victim 1", "neighbour 1", "attacker 2"])
    }

    @Test("a job that is cancelled while it waits leaves the queue, and the others go on")
    func cancelled() async throws {
        let jobs = Jobs(workers: 1, most: 64)
        let first = await jobs.start("a 1")
        let waiting = await jobs.start("a 2")
        let last = await jobs.start("a 3")

        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await jobs.finishAll()

        try await first.value
        try await last.value
        #expect(jobs.begun == ["a 1", "a 3"])
        let early = Task { try await jobs.queue.run(for: "b") {} }
        early.cancel()
        _ = await early.result
        #expect(jobs.queue.waiting.isEmpty)
    }
}
