import AnalyticsCore
import AnalyticsTesting
import Dispatch
import HTTPTypes
import Synchronization
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct PasswordQueueTests {
    /// Holds the threads of everything but logins.
    private final class Hold: Sendable {
        private let isOn = Atomic(false)
        private let gate = DispatchSemaphore(value: 0)
        private let held = Atomic(0)

        var heldCount: Int { held.load(ordering: .sequentiallyConsistent) }

        @Sendable func wait(_ work: PasswordHasher.Work) {
            guard !work.isLogin, isOn.load(ordering: .sequentiallyConsistent) else { return }
            held.add(1, ordering: .sequentiallyConsistent)
            gate.wait()
        }

        func begin() { isOn.store(true, ordering: .sequentiallyConsistent) }

        func end() {
            isOn.store(false, ordering: .sequentiallyConsistent)
            gate.signal()
        }
    }

    private static let guess = #"""
        {"current_password": "wrong", "password": "a longer staple", "password_confirmation": "a longer staple"}
        """#

    @Test("logins wait neither for guesses at a password change nor for registrations")
    func logins() async throws {
        let hold = Hold()
        let passwords = PasswordHasher(cost: .negligible, beforeWork: hold.wait)
        try await withAPI(passwords: passwords) { api in
            let token = try await api.register()
            hold.begin()
            let guesses = (0..<40).map { _ in
                Task { try await api.send(.patch, "/api/v1/auth/password", token: token, json: Self.guess) }
            }
            while hold.heldCount == 0 { try await Task.sleep(for: .milliseconds(1)) }

            // None of the guesses is answered before.
            let login = try await api.send(
                .post, "/api/v1/auth/login", json: #"{"email": "ada@example.com", "password": "correct horse"}"#)
            hold.end()
            var statuses: Set<Int> = []
            for guess in guesses { statuses.insert(try await guess.value.status.code) }

            #expect(login.status == .ok)
            #expect(statuses == [422])
        }
    }

    @Test("beyond its bound the queue refuses with 503, and says when to come again")
    func full() async throws {
        let hold = Hold()
        let passwords = PasswordHasher(cost: .negligible, mostWaiting: 2, beforeWork: hold.wait)
        try await withAPI(passwords: passwords) { api in
            let token = try await api.register()
            let other = try await api.register(email: "grace@example.com")
            hold.begin()
            let guesses = (0..<5).map { _ in
                Task { try await api.send(.patch, "/api/v1/auth/password", token: token, json: Self.guess) }
            }
            while hold.heldCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
            let refused = AsyncStream.makeStream(of: Answer.self)
            for guess in guesses {
                Task { refused.continuation.yield(try await guess.value) }
            }
            var answers = refused.stream.makeAsyncIterator()
            let first = try #require(await answers.next())
            _ = await answers.next()
            // The queue is full of one workspace's, and has a place for another's.
            let change = Task {
                try await api.send(
                    .patch, "/api/v1/auth/password", token: other,
                    json: """
                        {"current_password": "correct horse", "password": "a longer staple", \
                        "password_confirmation": "a longer staple"}
                        """)
            }
            _ = await answers.next()
            hold.end()

            #expect(first.status == .serviceUnavailable)
            #expect(
                first.body
                    == refusal("Too many passwords are being checked at once. Try again soon.", "unavailable"))
            #expect(first.headers[.retryAfter] == "5")
            #expect(try await change.value.status == .ok)
            for guess in guesses { _ = try await guess.value }
        }
    }
}
