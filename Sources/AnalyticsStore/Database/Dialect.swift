/// How the SQL of an engine differs from the common subset: every difference is a named member of this type.
public struct Dialect: Sendable, Equatable {
    /// What ends the definition of a table whose rows are found by their rowid or any index.
    public let table: String
    /// What ends the definition of a table whose rows lie in the order of the primary key.
    public let clusteredTable: String
    /// The type of a 64-bit integer.
    public let integer: String
    /// The type of a text that compares byte by byte.
    public let text: String
    /// The type of bytes.
    public let bytes: String
    /// What has the engine look at how its tables are filled after very many rows came in; nil where it need not.
    public let statistics: String?
    /// Whether a condition of a table that is there can be changed, without making the table anew.
    public let altersConditions: Bool

    /// SQLite 3.37 or later.
    public static let sqlite = Dialect(
        table: "STRICT", clusteredTable: "STRICT, WITHOUT ROWID", integer: "INTEGER", text: "TEXT", bytes: "BLOB",
        statistics: nil, altersConditions: false)

    /// PostgreSQL 13 or later, in a database of UTF-8.
    public static let postgres = Dialect(
        table: "", clusteredTable: "", integer: "BIGINT", text: "TEXT COLLATE \"C\"", bytes: "BYTEA",
        statistics: "ANALYZE", altersConditions: true)
}
