/// How rows go into a table, many at a time: each engine takes the way that is fastest for it.
public struct Insertion: Sendable {
    /// What a column holds.
    public enum Kind: Sendable, Equatable {
        case integer, text, bytes
    }

    /// The table's name.
    public let table: String
    /// The columns' names in the order of the values.
    public let names: [String]
    /// What each column holds.
    public let kinds: [Kind]
    /// What becomes of a row whose key is there, from `ON CONFLICT` on; empty where that is an error.
    public let onConflict: String

    /// The statement for one row, with a parameter `?` for each column.
    let rowStatement: String
    /// The statement for ``rowsInStatement`` rows, with the parameters of one row behind those of the other.
    let rowsStatement: String
    /// The statement for any number of rows, with an array of each column's values as the parameters `$1`, `$2`, ….
    let arrayStatement: String

    /// How many rows SQLite is given at a time: what it does for each statement then counts little, and more gain nothing.
    static let rowsInStatement = 40

    /// A way of inserting.
    ///
    /// - Parameters:
    ///   - table: The table's name.
    ///   - columns: The columns' names and what they hold.
    ///   - onConflict: What becomes of a row whose key is there, from `ON CONFLICT` on; empty where that is an error.
    public init(into table: String, _ columns: KeyValuePairs<String, Kind>, onConflict: String = "") {
        self.init(into: table, columns: columns.map { ($0.key, $0.value) }, onConflict: onConflict)
    }

    /// A way of inserting into columns that are known only when the program runs.
    public init(into table: String, columns: [(name: String, kind: Kind)], onConflict: String = "") {
        self.table = table
        names = columns.map(\.name)
        kinds = columns.map(\.kind)
        self.onConflict = onConflict
        func parameters(_ mark: String) -> String {
            columns.indices.map { "\(mark)\($0 + 1)" }.joined(separator: ", ")
        }
        let target = "INSERT INTO \(table) (\(columns.map(\.name).joined(separator: ", ")))"
        let row = "(\(columns.map { _ in "?" }.joined(separator: ", ")))"
        rowStatement = "\(target) VALUES \(row) \(onConflict)"
        rowsStatement =
            "\(target) VALUES \(Array(repeating: row, count: Self.rowsInStatement).joined(separator: ", ")) "
            + onConflict
        arrayStatement = "\(target) SELECT * FROM unnest(\(parameters("$"))) \(onConflict)"
    }
}
