/// How it is found out whether a transaction was committed whose connection broke during the commit.
///
/// Each thread that writes has a row of `commit_mark`. Every transaction puts a new number there as its last statement.
/// Who lost the connection looks at the row over a new one, and changes it in the same transaction:
///
/// - The number is there: the transaction was committed.
/// - It is not: the transaction was not committed, and cannot be any more. A server that still works on it, or will when
///   it is woken, finds that the row was changed since the transaction's snapshot, and fails.
///
/// So the answer is right after a crash, after a change of servers and while the old connection may still be alive,
/// where PostgreSQL's own `pg_xact_status` may tell of another transaction that was given the same number since
/// (docs/decisions/0007-postgresql.md).
struct PostgresCommitMark {
    /// The row's key, of chance: one for each thread of each process.
    let slot = Int64.random(in: 1...(1 << 53) - 1)
    private(set) var number: Int64 = 0

    /// Tells by 1 that the table is there.
    static let isThere = "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('commit_mark')"

    /// Makes the table where there is none.
    static let table = """
        CREATE TABLE IF NOT EXISTS commit_mark (
            slot BIGINT NOT NULL PRIMARY KEY,
            number BIGINT NOT NULL,
            used_at BIGINT NOT NULL
        )
        """

    /// Removes rows that nobody has used for seven days: of processes that are no more.
    static let prune = "DELETE FROM commit_mark WHERE used_at < (extract(epoch FROM now()) - 604800) * 1000"

    /// What makes the row, or uses it for the first time of a session.
    var claim: PostgresSession.Command {
        .init(
            text: """
                INSERT INTO commit_mark (slot, number, used_at) VALUES ($1, $2, extract(epoch FROM now()) * 1000)
                ON CONFLICT (slot) DO UPDATE SET used_at = excluded.used_at
                """,
            values: [.init(.integer(slot)), .init(.integer(number))], isPrepared: false)
    }

    /// What a transaction does last.
    mutating func next() -> PostgresSession.Command {
        number += 1
        return .init(
            text: "UPDATE commit_mark SET number = $2, used_at = extract(epoch FROM now()) * 1000 WHERE slot = $1",
            values: [.init(.integer(slot)), .init(.integer(number))])
    }

    /// Looks whether the last transaction was committed, after which it cannot be any more.
    ///
    /// It may be asked again.
    ///
    /// - Throws: ``PostgresFailure`` where the session cannot tell.
    func isCommitted(askedOver session: PostgresSession) throws -> Bool {
        let results = try session.run([
            .init(
                text: """
                    UPDATE commit_mark SET used_at = extract(epoch FROM now()) * 1000 WHERE slot = $1
                    RETURNING number
                    """,
                values: [.init(.integer(slot))], isPrepared: false)
        ])
        guard let result = results.first, result.count == 1 else {
            throw PostgresFailure(state: "P0002", reason: "the mark of the transaction is not there")
        }
        return try result.row(0).integer(0) == number
    }
}
