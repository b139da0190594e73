/// A query that is asked for many keys at a time: each engine takes the way that is fastest for it.
public struct Lookup: Sendable {
    /// What each part of a key is.
    public let kinds: [Insertion.Kind]
    /// How many columns are read.
    public let columnCount: Int
    /// The statement for one key, with its parts as the parameters `?1`, `?2`, ….
    let rowStatement: String
    /// The statement for any number of keys, with an array of each part as the parameters `$1`, `$2`, …; behind the
    /// columns that are read comes the number of the key, from 1.
    let arrayStatement: String

    /// A query.
    ///
    /// - Parameters:
    ///   - columns: What is read, as `alias.name`.
    ///   - source: From `FROM` on, with the parts of the key by name behind colons: `FROM t WHERE t.id = :id`.
    ///   - key: The parts of the key; none is the beginning of another's name.
    public init(_ columns: [String], _ source: String, by key: KeyValuePairs<String, Insertion.Kind>) {
        kinds = key.map(\.value)
        columnCount = columns.count
        let names = key.map(\.key)
        func query(_ columns: [String], _ parameter: (Int, String) -> String) -> String {
            let source = names.enumerated().reduce(source) { source, name in
                source.replacing(":\(name.element)", with: parameter(name.offset, name.element))
            }
            return "SELECT \(columns.joined(separator: ", ")) \(source)"
        }
        rowStatement = query(columns) { index, _ in "?\(index + 1)" }
        let outer = columns.indices.map { "found.c\($0)" }
        let inner = columns.enumerated().map { "\($1) AS c\($0)" }
        arrayStatement = """
            SELECT \(outer.joined(separator: ", ")), wanted.number \
            FROM unnest(\(names.indices.map { "$\($0 + 1)" }.joined(separator: ", "))) \
            WITH ORDINALITY AS wanted (\(names.joined(separator: ", ")), number) \
            CROSS JOIN LATERAL (\(query(inner) { _, name in "wanted.\(name)" })) AS found
            """
    }
}

/// One of several questions that are asked together.
public enum Question: Sendable {
    /// A statement with its values.
    case statement(SQL)
    /// A query for many keys, each with its parts in the order of the lookup's.
    case lookup(Lookup, keys: [[SQLValue]])
}
