/// How rows are found by their keys, many at a time: each engine takes the way that is fastest for it.
public struct Lookup: Sendable {
    /// The table's name.
    public let table: String
    /// What each column of the key holds.
    public let kinds: [Insertion.Kind]
    /// How many columns are read.
    public let columnCount: Int
    /// The statement for one key, with its columns as the parameters `?1`, `?2`, ….
    let rowStatement: String
    /// The statement for any number of keys, with an array of each column as the parameters `$1`, `$2`, …; behind the
    /// columns that are read comes the number of the key, from 1.
    let arrayStatement: String

    /// Keys that are wanted.
    public struct Request: Sendable {
        /// Where they are looked for.
        public let lookup: Lookup
        /// Each key's values in the order of the lookup's columns.
        public let keys: [[SQLValue]]

        /// Keys of a lookup.
        public init(_ lookup: Lookup, keys: [[SQLValue]]) {
            self.lookup = lookup
            self.keys = keys
        }
    }

    /// A way of finding rows.
    ///
    /// - Parameters:
    ///   - columns: What is read.
    ///   - table: The table's name.
    ///   - key: The columns by which a row is known, with what they hold.
    public init(_ columns: [String], of table: String, by key: KeyValuePairs<String, Insertion.Kind>) {
        self.table = table
        kinds = key.map(\.value)
        columnCount = columns.count
        let names = key.map(\.key)
        rowStatement = """
            SELECT \(columns.joined(separator: ", ")) FROM \(table) \
            WHERE \(names.enumerated().map { "\($1) = ?\($0 + 1)" }.joined(separator: " AND "))
            """
        arrayStatement = """
            SELECT \(columns.map { "found.\($0)" }.joined(separator: ", ")), wanted.number \
            FROM unnest(\(names.indices.map { "$\($0 + 1)" }.joined(separator: ", "))) \
            WITH ORDINALITY AS wanted (\(names.joined(separator: ", ")), number) \
            JOIN \(table) AS found ON \(names.map { "found.\($0) = wanted.\($0)" }.joined(separator: " AND "))
            """
    }
}
