public import AnalyticsCore

/// A database that stores can be written against without knowing which engine it is.
///
/// The closures are synchronous and run on threads that the database owns. They have no effect but on the connection:
/// an engine may run one again after a conflict with another transaction.
public protocol Database: Sendable {
    /// How this engine's SQL differs from the other's.
    var dialect: Dialect { get }

    /// How often each workspace's data has changed.
    ///
    /// A write that noted a change raises its workspace's number before it returns, and one of another process soon
    /// after.
    var versions: DataVersions { get }

    /// Runs a closure on a snapshot: all it reads was true at one moment.
    ///
    /// - Throws: ``StoreError``, or what the closure throws.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value

    /// Runs a closure in a transaction and commits it; it is on disk when this returns.
    ///
    /// - Throws: ``StoreError``, or what the closure throws; nothing of the transaction is stored then. After an error of
    ///   code `outcomeUnknown` alone it may be stored.
    func write<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value

    /// Runs transactions one after the other until there is none, and comes back at once.
    ///
    /// Between two of them the thread that writes is given up only now and then, so that others come to write, too.
    ///
    /// - Parameter source: Must not be handed over again before it was asked and had none.
    func run(_ source: any WriteSource)

    /// Gives the disk back some of the room that removed rows have left.
    ///
    /// - Parameter pages: The number of pages that are given back at most.
    /// - Returns: Whether there is more to give back. An engine that reuses such room by itself does nothing.
    func giveBackSpace(pages: Int) async throws -> Bool

    /// Waits for what is running and closes the database; it cannot be used afterwards.
    func close() async throws
}

extension Database {
    /// Does nothing: PostgreSQL's autovacuum looks after its tables.
    public func giveBackSpace(pages: Int) async throws -> Bool { false }
}

/// A connection inside a transaction.
///
/// It must not leave the closure that it was given to.
public protocol Connection {
    /// How this engine's SQL differs from the other's.
    var dialect: Dialect { get }

    /// The keys that secrets are sealed with.
    var keyring: SecretKeyring { get }

    /// Runs a statement.
    ///
    /// - Returns: How many rows it inserted, updated or deleted.
    @discardableResult
    func execute(_ sql: SQL) throws -> Int

    /// Inserts rows, many at a time.
    ///
    /// What is wrong with them may show only with a later statement or with the commit.
    ///
    /// - Parameters:
    ///   - count: How many rows there are. Where the insertion updates rows that are there, no two may be of the same
    ///     key.
    ///   - insertion: Where they go.
    ///   - row: Writes all values of the row of that number, from 0, in the order of the insertion's columns.
    func insert(_ count: Int, _ insertion: Insertion, row: (Int, any RowWriter) -> Void) throws

    /// Asks several questions, of which none depends on another's answer.
    ///
    /// - Parameters:
    ///   - questions: What is asked.
    ///   - answer: Is given each row, with the numbers of its question and of its key there, both from 0. The rows of one
    ///     question come in no particular order.
    func ask(_ questions: [Question], _ answer: (Int, Int, any Row) throws -> Void) throws

    /// Runs one statement once for each row of values; the statement is prepared once.
    ///
    /// - Parameters:
    ///   - text: A statement with the parameters `?1`, `?2`, … of each row.
    ///   - rows: The values of each run.
    func execute(_ text: StaticString, forEach rows: [[SQLValue]]) throws

    /// Runs a query and hands over its rows one by one. A row is valid only inside the closure.
    func forEachRow(_ sql: SQL, _ body: (any Row) throws -> Void) throws

    /// Notes something that every process that works with this database learns of with the commit.
    func note(_ change: CommittedChange, in workspaceID: Int64)

    /// Lets statements of this transaction take as long as they need, where the engine ends long ones.
    func liftTimeLimit() throws

    /// Waits until no other process changes the schema, and keeps others from it until the transaction ends.
    ///
    /// It must come before anything is read.
    func lockSchema() throws
}

extension Connection {
    /// Notes that a workspace's data is no longer what it was: with the commit its number in ``Database/versions`` rises.
    func noteDataChange(in workspaceID: Int64) { note(.data, in: workspaceID) }

    /// The rows of a query, each made into a value.
    public func all<Value>(_ sql: SQL, _ make: (any Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try forEachRow(sql) { values.append(try make($0)) }
        return values
    }

    /// The first row of a query made into a value, or nil where there is none.
    public func first<Value>(_ sql: SQL, _ make: (any Row) throws -> Value) throws -> Value? {
        try all(sql, make).first
    }
}

/// A row of a query's result.
///
/// Columns count from 0.
public protocol Row {
    /// The integer in a column, or nil for NULL.
    ///
    /// - Throws: ``StoreError`` of code `corrupt` where the column holds something else.
    func optionalInteger(_ column: Int) throws -> Int64?

    /// The text in a column, or nil for NULL.
    ///
    /// - Throws: ``StoreError`` of code `corrupt` where the column holds something else.
    func optionalText(_ column: Int) throws -> String?

    /// The bytes in a column, or nil for NULL.
    ///
    /// - Throws: ``StoreError`` of code `corrupt` where the column holds something else.
    func optionalBytes(_ column: Int) throws -> [UInt8]?

    /// What is in a column, whatever it is.
    ///
    /// - Throws: ``StoreError`` of code `corrupt` where it is none of a ``SQLValue``.
    func value(_ column: Int) throws -> SQLValue
}

extension Row {
    /// The integer in a column that is never NULL.
    public func integer(_ column: Int) throws -> Int64 {
        guard let value = try optionalInteger(column) else { throw StoreError.unexpectedNull(column: column) }
        return value
    }

    /// The text in a column that is never NULL.
    public func text(_ column: Int) throws -> String {
        guard let value = try optionalText(column) else { throw StoreError.unexpectedNull(column: column) }
        return value
    }

    /// The bytes in a column that is never NULL.
    public func bytes(_ column: Int) throws -> [UInt8] {
        guard let value = try optionalBytes(column) else { throw StoreError.unexpectedNull(column: column) }
        return value
    }

    /// The amount in a column of ten-thousandths.
    public func amount(_ column: Int) throws -> Amount {
        Amount(tenThousandths: try integer(column))
    }

    /// The amount in a column of ten-thousandths, or nil for NULL.
    func optionalAmount(_ column: Int) throws -> Amount? {
        try optionalInteger(column).map(Amount.init(tenThousandths:))
    }

    /// One of several things, by the name in a column.
    func named<Value: RawRepresentable<String>>(_ column: Int) throws -> Value {
        guard let value: Value = try optionalNamed(column) else { throw StoreError.unexpectedNull(column: column) }
        return value
    }

    /// One of several things, by the name in a column, or nil for NULL.
    func optionalNamed<Value: RawRepresentable<String>>(_ column: Int) throws -> Value? {
        guard let name = try optionalText(column) else { return nil }
        guard let value = Value(rawValue: name) else { throw StoreError.unexpected(value: name, column: column) }
        return value
    }

    /// The instant in a column of milliseconds.
    public func instant(_ column: Int) throws -> Instant {
        Instant(milliseconds: try integer(column))
    }

    /// The instant in a column of milliseconds, or nil for NULL.
    public func optionalInstant(_ column: Int) throws -> Instant? {
        try optionalInteger(column).map(Instant.init(milliseconds:))
    }

    /// The day in a column of days since 1970-01-01.
    public func day(_ column: Int) throws -> Day {
        let number = try integer(column)
        guard let day = Int(exactly: number).flatMap(Day.init(number:)) else {
            throw StoreError.unexpected(value: "\(number)", column: column)
        }
        return day
    }
}
