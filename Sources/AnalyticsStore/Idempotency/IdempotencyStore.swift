public import AnalyticsCore

/// Answers that are kept by the key that a client gave its request, so that a repeated request has no second effect.
///
/// A key belongs to a user and an operation, and is saved in the transaction of the effect: there is no state in which
/// one is stored and the other is not.
public struct IdempotencyStore: Sendable {
    private let database: any Database

    /// The kept answers of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// How long an answer is kept, in seconds: 24 hours.
    public static let lifetimeSeconds: Int64 = 86_400

    /// The answer that was given under a key, or nil where there is none that still holds.
    ///
    /// - Throws: ``IdempotencyMismatch`` where the key was used for another body.
    public func answer(to key: IdempotencyKey, now: Instant) async throws -> KeptAnswer? {
        try await database.read { try $0.answer(keptFor: key, now: now) }
    }

    /// Removes answers that no longer hold.
    ///
    /// - Returns: How many were removed, at most `limit`.
    public func prune(limit: Int = 1_000, now: Instant) async throws -> Int {
        try await database.write { connection in
            try connection.execute(
                """
                DELETE FROM idempotency_key
                WHERE (workspace_id, user_id, operation, key) IN (
                    SELECT workspace_id, user_id, operation, key
                    FROM idempotency_key
                    WHERE created_at <= \(now.advanced(bySeconds: -Self.lifetimeSeconds))
                    ORDER BY created_at
                    LIMIT \(limit)
                )
                """)
        }
    }
}

/// By what a repeated request is known.
public struct IdempotencyKey: Sendable, Hashable {
    /// The workspace of who sends it.
    public let workspaceID: Int64
    /// Who sends it.
    public let userID: Int64
    /// Method and path: `POST /api/v1/analytics`.
    public let operation: String
    /// What the client made up.
    public let text: String
    /// The SHA-256 of the body's bytes.
    public let bodyHash: [UInt8]

    /// A key of the given parts.
    public init(workspaceID: Int64, userID: Int64, operation: String, text: String, bodyHash: [UInt8]) {
        self.workspaceID = workspaceID
        self.userID = userID
        self.operation = operation
        self.text = text
        self.bodyHash = bodyHash
    }
}

/// An answer as it is repeated.
public struct KeptAnswer: Sendable, Equatable {
    /// The status, 200 to 299.
    public let status: Int
    /// The body, without secrets.
    public let body: [UInt8]

    /// An answer of the given parts.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// That a key was used before for a request with another body.
public struct IdempotencyMismatch: Error, Equatable {
    /// The only one there is.
    public init() {}
}

/// A key together with how the answer is made of what was done.
public struct KeyedRequest<Value: Sendable>: Sendable {
    /// By what the request is known.
    public let key: IdempotencyKey
    /// The answer to keep.
    ///
    /// It may be made more than once and has no other effect.
    public let answer: @Sendable (Value) -> KeptAnswer

    /// A request with a key.
    public init(key: IdempotencyKey, answer: @escaping @Sendable (Value) -> KeptAnswer) {
        self.key = key
        self.answer = answer
    }
}

/// What became of a request that may be a repetition.
public enum Outcome<Value: Sendable>: Sendable {
    /// It was done.
    case done(Value)
    /// It was done before, with this answer.
    case repeated(KeptAnswer)

    /// What was done; nil where it was done before.
    public var value: Value? {
        if case .done(let value) = self { value } else { nil }
    }
}

extension Database {
    /// Runs a change in a transaction, unless it was done before under the request's key.
    ///
    /// - Parameters:
    ///   - request: The key and the answer to keep; nil for a request without a key.
    ///   - now: When.
    ///   - body: The change. What it throws undoes it and leaves the key free.
    /// - Throws: ``IdempotencyMismatch`` where the key was used for another body.
    func write<Value: Sendable>(
        once request: KeyedRequest<Value>?, now: Instant,
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Outcome<Value> {
        guard let request else { return .done(try await write(body)) }
        return try await write { connection in
            if let kept = try connection.answer(keptFor: request.key, now: now) { return .repeated(kept) }
            let value = try body(connection)
            try connection.keep(request.answer(value), for: request.key, now: now)
            return .done(value)
        }
    }
}

extension Connection {
    func answer(keptFor key: IdempotencyKey, now: Instant) throws -> KeptAnswer? {
        let kept = try first(
            """
            SELECT body_hash, status, answer
            FROM idempotency_key
            WHERE workspace_id = \(key.workspaceID) AND user_id = \(key.userID) AND operation = \(key.operation)
                AND key = \(key.text)
                AND created_at > \(now.advanced(bySeconds: -IdempotencyStore.lifetimeSeconds))
            """
        ) { row in
            (
                hash: try row.bytes(0),
                answer: KeptAnswer(status: Int(try row.integer(1)), body: try row.bytes(2))
            )
        }
        guard let kept else { return nil }
        guard kept.hash == key.bodyHash else { throw IdempotencyMismatch() }
        return kept.answer
    }

    /// Keeps an answer in the place of one that no longer holds, if there is such a one.
    func keep(_ answer: KeptAnswer, for key: IdempotencyKey, now: Instant) throws {
        try execute(
            """
            DELETE FROM idempotency_key
            WHERE workspace_id = \(key.workspaceID) AND user_id = \(key.userID) AND operation = \(key.operation)
                AND key = \(key.text)
                AND created_at <= \(now.advanced(bySeconds: -IdempotencyStore.lifetimeSeconds))
            """)
        try execute(
            """
            INSERT INTO idempotency_key (
                workspace_id, user_id, operation, key, body_hash, status, answer, created_at
            )
            VALUES (
                \(key.workspaceID), \(key.userID), \(key.operation), \(key.text), \(key.bodyHash), \(answer.status),
                \(answer.body), \(now)
            )
            """)
    }
}
