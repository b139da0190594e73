import Foundation

/// What is looked at and made before a PostgreSQL database is used: that it can be reached, is one that this program can
/// work with, and has the table of commit marks.
struct PostgresSetUp: Sendable {
    let url: PostgresURL
    let limits: PostgresDatabase.Limits

    /// The oldest server: 13, by libpq's counting.
    private static let oldestServer = 130_000
    /// How long a server is waited for that says that it is starting.
    private static let mostStarting = Duration.seconds(30)

    /// Does it on a thread of its own.
    ///
    /// - Throws: ``StoreError`` of code `unusable` with one line that says what is wrong and what to do.
    func run() async throws {
        let answer = PostgresAnswer<Void>()
        Thread.detachNewThread {
            answer.give(Result { try prepare() })
        }
        try await answer.value
    }

    private func prepare() throws {
        let session = try connect()
        do {
            guard session.serverVersion >= Self.oldestServer else {
                throw unusable("the server is PostgreSQL \(session.serverVersion / 10_000)", "Use 13 or later.")
            }
            let encoding = try session.run("SHOW server_encoding")?.row(0).optionalText(0)
            guard encoding == "UTF8" else {
                throw unusable(
                    "its encoding is \(encoding ?? "unknown")",
                    "Make one with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0")
            }
            do {
                // Who may not make tables can work with those that are there.
                let isThere = try session.run(PostgresCommitMark.isThere)?.row(0).optionalInteger(0)
                if isThere != 1 { try session.run(PostgresCommitMark.table) }
            } catch let failure as PostgresFailure where failure.isUniqueViolation || failure.state == "42P07" {
                // Another process made it at the same moment.
            }
            try session.run(PostgresCommitMark.prune)
        } catch let failure as PostgresFailure {
            throw unusable(failure.reason, Self.advice(for: failure))
        }
    }

    private func connect() throws -> PostgresSession {
        let end = ContinuousClock.now + Self.mostStarting
        while true {
            do {
                return try PostgresSession(url, limits: limits)
            } catch let error as StoreError {
                guard error.reason.contains("database system is starting up"), ContinuousClock.now < end else {
                    throw unusable(error.reason, Self.advice(forConnecting: error.reason))
                }
                Thread.sleep(forTimeInterval: 0.2)
            } catch let failure as PostgresFailure {
                throw unusable(failure.reason, Self.advice(for: failure))
            }
        }
    }

    private func unusable(_ reason: String, _ advice: String) -> StoreError {
        let end = reason.hasSuffix(".") ? "" : "."
        return StoreError(.unusable, "cannot use the PostgreSQL database \(url): \(reason)\(end) \(advice)")
    }

    /// What to do, by words of the messages that libpq and an English server give; they have no codes.
    private static func advice(forConnecting reason: String) -> String {
        let known = [
            ("password", "Check user and password in DATABASE_URL."),
            ("role \"", "Check the user in DATABASE_URL, or make it with: CREATE ROLE name LOGIN PASSWORD '…'"),
            ("does not exist", "Make it with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"),
            ("pg_hba.conf", "Let this user in from this address in the server's pg_hba.conf."),
            ("permission denied", "Let the user in with: GRANT CONNECT ON DATABASE name TO user"),
            ("translate host name", "Check the host in DATABASE_URL."),
            ("Connection refused", "Check host and port in DATABASE_URL, and that the server runs."),
            ("timeout expired", "Check host and port in DATABASE_URL, and what lies between."),
            ("read-only", "Name a server that takes writes."),
            ("SSL", "Check sslmode and the certificates in DATABASE_URL."),
            ("too many", "Raise max_connections of the server, or lower DATABASE_CONNECTIONS."),
        ]
        return known.first { reason.contains($0.0) }?.1 ?? "Check DATABASE_URL."
    }

    private static func advice(for failure: PostgresFailure) -> String {
        failure.state == "42501" ? PostgresFailure.rightsAdvice : "See the server's log."
    }
}
