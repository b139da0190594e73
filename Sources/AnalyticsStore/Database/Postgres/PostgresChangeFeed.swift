import Foundation
import Synchronization

/// How the processes that work with one database learn of each other's changes: PostgreSQL's `NOTIFY`, sent with the
/// commit, so that nobody hears of what was not committed.
final class PostgresChangeFeed: Sendable {
    private static let channel = "analyticspro_data"
    /// With more changes than that in one transaction all workspaces count as changed: a message has at most 8,000 bytes.
    private static let mostNamed = 400

    let versions = DataVersions()
    /// What tells this process's own messages from others'.
    private let process = String(Int64.random(in: 1...(1 << 53) - 1))
    private let isClosed = Mutex(false)

    /// What tells the others of changes when it is committed; nothing where there are none.
    func announcement(of changes: CommittedChanges) -> [PostgresSession.Command] {
        guard !changes.isEmpty else { return [] }
        let named = changes.count > Self.mostNamed ? "*" : changes.text
        return [
            .init(
                text: "SELECT pg_notify($1, $2)",
                values: [.init(.text(Self.channel)), .init(.text("\(process):\(named)"))])
        ]
    }

    /// Listens on a thread and a connection of its own until it is closed.
    func start(_ url: PostgresURL, limits: PostgresDatabase.Limits) {
        versions.loseTrack()
        let thread = Thread { [self] in
            while !isClosed.withLock({ $0 }) {
                do {
                    let session = try PostgresSession(url, limits: limits)
                    try session.run("LISTEN \(Self.channel)")
                    // Whatever happened before it listened is no longer of interest.
                    versions.follow()
                    try listen(session)
                } catch {
                    versions.loseTrack()
                    Thread.sleep(forTimeInterval: 0.5)
                }
            }
        }
        thread.name = "postgres listener"
        thread.start()
    }

    func close() {
        isClosed.withLock { $0 = true }
    }

    private func listen(_ session: PostgresSession) throws {
        var quiet = 0
        while !isClosed.withLock({ $0 }) {
            if try session.waitForInput(.milliseconds(500)) {
                quiet = 0
                for message in try session.notifications() { note(message) }
            } else {
                quiet += 1
                // Whether the server is still there, which silence alone does not tell.
                if quiet.isMultiple(of: 10) {
                    try session.run("SELECT 1")
                    for message in try session.notifications() { note(message) }
                }
            }
        }
    }

    private func note(_ message: String) {
        let parts = message.split(separator: ":")
        guard parts.count == 2, parts[0] != process else { return }
        if parts[1] == "*" {
            versions.follow()
        } else {
            versions.learn(of: CommittedChanges(text: parts[1]))
        }
    }
}
