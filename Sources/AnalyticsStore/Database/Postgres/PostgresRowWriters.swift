/// Rows as PostgreSQL's arrays, one for each column.
final class PostgresColumns: RowWriter {
    private let kinds: [Insertion.Kind]
    private var columns: [[UInt8]]
    /// How many values were written.
    private var count = 0
    private var column = 0

    init(_ kinds: [Insertion.Kind]) {
        self.kinds = kinds
        columns = kinds.map { _ in [] }
    }

    func null() { write { PostgresBinary.append(.null, to: &$0) } }

    func integer(_ value: Int64) {
        write { bytes in
            PostgresBinary.append(Int32(8), to: &bytes)
            PostgresBinary.append(value, to: &bytes)
        }
    }

    func text(_ value: String) { write { PostgresBinary.append(.text(value), to: &$0) } }

    func bytes(_ value: [UInt8]) { write { PostgresBinary.append(.bytes(value), to: &$0) } }

    /// The arrays of all rows that were written.
    var arrays: [PostgresSession.Parameter] {
        let rows = kinds.isEmpty ? 0 : count / kinds.count
        return zip(kinds, columns).map { kind, values in
            .init(typeID: kind.arrayTypeID, bytes: PostgresBinary.array(of: kind, count: rows, values))
        }
    }

    private func write(_ append: (inout [UInt8]) -> Void) {
        append(&columns[column])
        column = column + 1 == kinds.count ? 0 : column + 1
        count += 1
    }
}

/// Rows in the binary form of `COPY`, as of the manual's page on that statement.
final class PostgresCopyStream: RowWriter {
    /// What was written and is not sent.
    var bytes: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    private let columns: Int16

    init(columns: Int) {
        self.columns = Int16(truncatingIfNeeded: columns)
    }

    /// Begins a row, of which all values follow.
    func beginRow() { PostgresBinary.append(columns, to: &bytes) }

    /// Ends the rows.
    func end() { PostgresBinary.append(Int16(-1), to: &bytes) }

    func null() { PostgresBinary.append(.null, to: &bytes) }

    func integer(_ value: Int64) {
        PostgresBinary.append(Int32(8), to: &bytes)
        PostgresBinary.append(value, to: &bytes)
    }

    func text(_ value: String) { PostgresBinary.append(.text(value), to: &bytes) }

    func bytes(_ value: [UInt8]) { PostgresBinary.append(.bytes(value), to: &bytes) }
}
