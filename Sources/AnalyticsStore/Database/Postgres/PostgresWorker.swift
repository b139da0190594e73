import Foundation

/// What one thread of the pool does: it has a session of its own, opens it when needed and again when it broke, and runs
/// transactions on it until they are decided.
final class PostgresWorker {
    private let url: PostgresURL
    private let limits: PostgresDatabase.Limits
    private let feed: PostgresChangeFeed
    private let keyring: SecretKeyring
    private var session: PostgresSession?
    private var mark = PostgresCommitMark()

    /// How often a transaction is begun anew because its connection broke before the commit.
    private static let mostLosses = 3

    init(url: PostgresURL, limits: PostgresDatabase.Limits, feed: PostgresChangeFeed, keyring: SecretKeyring) {
        self.keyring = keyring
        self.url = url
        self.limits = limits
        self.feed = feed
    }

    // MARK: - Transactions

    /// Reads on a snapshot.
    ///
    /// - Parameter deliver: Takes the value as soon as it is there, before the end of the transaction, which changes
    ///   nothing any more.
    func read<Value>(_ job: PostgresJob, _ body: (any Connection) throws -> Value, deliver: (Value) -> Void) throws {
        var attempts = Attempts(limits)
        while true {
            let session = try openSession(for: job)
            let transaction = PostgresTransaction(session: session, mode: .read, keyring: keyring)
            do {
                let value = try body(transaction)
                job.detach()
                deliver(value)
                do { try transaction.commit() } catch { session.abandon() }
                return
            } catch {
                try attempts.again(after: verdict(on: transaction, error, job))
            }
        }
    }

    /// Writes, and comes back when that is committed.
    func write<Value>(_ job: PostgresJob, _ body: (any Connection) throws -> Value) throws -> Value {
        var attempts = Attempts(limits)
        while true {
            let session = try openSession(for: job)
            let transaction = PostgresTransaction(session: session, mode: .write, keyring: keyring)
            let value: Value
            do {
                value = try body(transaction)
            } catch {
                try attempts.again(after: verdict(on: transaction, error, job))
                continue
            }
            // From here on it is decided, and nobody ends it.
            job.detach()
            do {
                try commit(transaction)
            } catch let failure as PostgresFailure {
                guard session.isBroken || failure.isConnectionLoss else {
                    try attempts.again(after: verdict(on: transaction, failure, job))
                    continue
                }
                drop()
                guard try wasCommitted(transaction, failure) else {
                    try attempts.again(after: .lost(failure.storeError))
                    continue
                }
            }
            feed.versions.learn(of: transaction.changes)
            return value
        }
    }

    private func commit(_ transaction: PostgresTransaction) throws {
        guard !transaction.isEmpty else { return }
        try transaction.commit(after: feed.announcement(of: transaction.changes) + [mark.next()])
    }

    /// Whether a transaction was committed whose connection broke meanwhile.
    ///
    /// - Throws: ``StoreError`` of code `outcomeUnknown` where the database cannot be asked for too long.
    private func wasCommitted(_ transaction: PostgresTransaction, _ failure: PostgresFailure) throws -> Bool {
        let end = ContinuousClock.now + limits.outcome
        while true {
            do {
                return try mark.isCommitted(askedOver: openSession())
            } catch {
                drop()
                guard ContinuousClock.now < end else {
                    // What may have been changed must not be answered from memory any more.
                    feed.versions.learn(of: transaction.changes)
                    throw StoreError(
                        .outcomeUnknown,
                        "the connection broke during a commit (\(failure.reason)), and the database cannot be asked "
                            + "whether it was done: \(error)")
                }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }

    /// What is to be done after a transaction failed, which is rolled back or whose session is given up by then.
    private func verdict(on transaction: PostgresTransaction, _ error: any Error, _ job: PostgresJob) -> Verdict {
        guard !job.isCancelled else {
            // The server may learn of it late, and end the next statement in its place.
            drop()
            return .stop(CancellationError())
        }
        guard let failure = transaction.failure ?? (error as? PostgresFailure) else {
            transaction.rollback()
            return .stop(error)
        }
        if session?.isBroken != false || failure.isConnectionLoss || failure.isStaleSession {
            drop()
            return .lost(failure.storeError)
        }
        transaction.rollback()
        if failure.isSerialization { return .conflict(failure.storeError) }
        if failure.isUniqueViolation { return .double(failure.storeError) }
        return .stop(failure.storeError)
    }

    private enum Verdict {
        /// It fails for good.
        case stop(any Error)
        /// Nothing of it was committed, and another connection may do better.
        case lost(StoreError)
        /// Another transaction was in its way.
        case conflict(StoreError)
        /// A row of the same key was there, perhaps since its snapshot: a second look tells.
        case double(StoreError)
    }

    /// How often and how long a transaction is tried.
    private struct Attempts {
        private let end: ContinuousClock.Instant
        private var lost = 0
        private var doubles = 0
        private var pause = 0.001

        init(_ limits: PostgresDatabase.Limits) {
            end = .now + limits.conflict
        }

        /// Comes back for another try, or throws.
        mutating func again(after verdict: Verdict) throws {
            switch verdict {
            case .stop(let error):
                throw error
            case .lost(let error):
                lost += 1
                guard lost <= PostgresWorker.mostLosses else { throw error }
            case .double(let error):
                doubles += 1
                guard doubles == 1 else { throw error }
            case .conflict(let error):
                guard ContinuousClock.now < end else { throw error }
                // Of those who were in each other's way one must come first.
                Thread.sleep(forTimeInterval: .random(in: 0...pause))
                pause = min(pause * 2, 0.05)
            }
        }
    }

    // MARK: - The session

    /// The session, in which only this job can be cancelled.
    private func openSession(for job: PostgresJob) throws -> PostgresSession {
        let session = try openSession()
        try job.attach(session.canceller())
        return session
    }

    /// The session, opened where there is none that stands.
    private func openSession() throws -> PostgresSession {
        if let session, !session.isBroken {
            session.patience = limits.silence
            return session
        }
        drop()
        do {
            let session = try PostgresSession(url, limits: limits)
            _ = try session.run([mark.claim])
            self.session = session
            return session
        } catch let error as StoreError {
            throw StoreError(.unavailable, "no connection to \(url): \(error.reason)")
        } catch let failure as PostgresFailure {
            throw StoreError(.unavailable, "no connection to \(url): \(failure.reason)")
        }
    }

    /// Closes the session; a broken one never comes back.
    func drop() {
        session?.abandon()
        session = nil
    }
}

extension PostgresSession {
    /// Connects, and sets the limits of the session.
    ///
    /// - Throws: ``StoreError`` of code `unusable` or ``PostgresFailure``.
    convenience init(_ url: PostgresURL, limits: PostgresDatabase.Limits) throws {
        try self.init(url)
        patience = limits.silence
        try run(
            """
            SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
                set_config('idle_in_transaction_session_timeout', $3, false),
                set_config('client_min_messages', 'warning', false),
                set_config(
                    'synchronous_commit',
                    CASE current_setting('synchronous_commit')
                    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
                    false
                )
            """,
            [limits.statement, limits.lock, limits.idleInTransaction].map {
                .text(String(Int($0 / .milliseconds(1))))
            })
    }
}
