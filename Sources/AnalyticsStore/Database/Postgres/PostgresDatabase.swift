import AnalyticsCore

/// A PostgreSQL database, in which every write is as if it were alone (SERIALIZABLE) and every read sees one snapshot.
///
/// A write that lost against another, or whose connection broke before its commit, is run again.
public final class PostgresDatabase: Database {
    /// How long things may take.
    public struct Limits: Sendable {
        /// Until a connection is free.
        public var waiting = Duration.seconds(5)
        /// A statement; the server ends it then.
        public var statement = Duration.seconds(30)
        /// Until another transaction lets go of a row.
        public var lock = Duration.seconds(5)
        /// A transaction between two of its statements.
        public var idleInTransaction = Duration.seconds(30)
        /// Until the server says something; longer than a statement may take.
        public var silence = Duration.seconds(35)
        /// A transaction that loses against others again and again.
        public var conflict = Duration.seconds(10)
        /// Until it is known whether a transaction was committed whose connection broke.
        public var outcome = Duration.seconds(5)
        /// A connection without work, until it is closed.
        public var idle = Duration.seconds(300)

        /// The defaults.
        public init() {}
    }

    private let pool: PostgresPool
    private let feed: PostgresChangeFeed

    /// Connects, and looks whether the database is fit for use.
    ///
    /// - Parameters:
    ///   - url: Where it is.
    ///   - connections: How many connections it has at most, at least 1; one more where it is following.
    ///   - isFollowing: Whether ``versions`` are to learn of changes by other processes.
    ///   - limits: How long things may take.
    ///   - keyring: The keys that secrets are sealed with; without any they are kept as they are.
    /// - Throws: ``StoreError`` of code `unusable` with a reason that says what to do.
    public static func open(
        _ url: PostgresURL, connections: Int = 10, isFollowing: Bool = false, limits: Limits = Limits(),
        keyring: SecretKeyring = .empty
    ) async throws -> PostgresDatabase {
        try await PostgresSetUp(url: url, limits: limits).run()
        return PostgresDatabase(
            url: url, connections: connections, isFollowing: isFollowing, limits: limits, keyring: keyring)
    }

    private init(
        url: PostgresURL, connections: Int, isFollowing: Bool, limits: Limits, keyring: SecretKeyring
    ) {
        let feed = PostgresChangeFeed()
        self.feed = feed
        pool = PostgresPool(mostThreads: max(connections, 1), limits: limits) {
            PostgresWorker(url: url, limits: limits, feed: feed, keyring: keyring)
        }
        if isFollowing { feed.start(url, limits: limits) }
    }

    /// PostgreSQL's.
    public var dialect: Dialect { .postgres }

    /// How often each workspace's data has changed.
    public var versions: DataVersions { feed.versions }

    /// Runs a closure on a snapshot.
    ///
    /// Where the task is cancelled the server ends what it is doing for it.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        try await perform { job, worker, answer in
            try worker.read(job, body) { answer(.success($0)) }
        }
    }

    /// Runs a closure in a transaction.
    ///
    /// Where the task is cancelled before the commit the transaction is undone.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        try await perform { job, worker, answer in
            answer(.success(try worker.write(job, body)))
        }
    }

    /// Runs the transactions of a source on one thread, as many as fit into a turn, and then the rest after what waits.
    public func run(_ source: any WriteSource) {
        let job = PostgresJob { [self] job, worker in
            let hasMore = source.takeTurn { write in
                try worker.write(job) { try write.run(in: $0) }
            }
            if hasMore { run(source) }
        } refusal: { [self] error in
            guard let write = source.next() else { return }
            write.end(with: error)
            run(source)
        }
        pool.submit(job)
    }

    private func perform<Value: Sendable>(
        _ work:
            @escaping @Sendable (PostgresJob, PostgresWorker, (Result<Value, any Error>) -> Void) throws -> Void
    ) async throws -> Value {
        let answer = PostgresAnswer<Value>()
        let job = PostgresJob { job, worker in
            do {
                try work(job, worker) { answer.give($0) }
            } catch {
                answer.give(.failure(error))
            }
        } refusal: { error in
            answer.give(.failure(error))
        }
        return try await withTaskCancellationHandler {
            pool.submit(job)
            return try await answer.value
        } onCancel: {
            pool.cancel(job)
        }
    }

    /// Does what is under way and closes all connections.
    public func close() async {
        feed.close()
        await pool.close()
    }
}
