/// Takes the values of a row, one column after the other.
public protocol RowWriter: AnyObject {
    /// The next column holds NULL.
    func null()
    /// The next column holds an integer.
    func integer(_ value: Int64)
    /// The next column holds a text.
    func text(_ value: String)
    /// The next column holds bytes.
    func bytes(_ value: [UInt8])
}

extension RowWriter {
    /// The next column holds a value.
    func append(_ value: SQLValue) {
        switch value {
        case .null: null()
        case .integer(let value): integer(value)
        case .text(let value): text(value)
        case .bytes(let value): bytes(value)
        }
    }
}

extension Connection {
    /// Inserts rows, many at a time.
    ///
    /// - Parameters:
    ///   - rows: The values of each row in the order of the insertion's columns.
    ///   - insertion: Where they go.
    func insert(_ rows: [[SQLValue]], _ insertion: Insertion) throws {
        if let wrong = rows.first(where: { $0.count != insertion.kinds.count }) {
            throw StoreError(
                .programming,
                "a row of \(insertion.table) has \(wrong.count) values and not \(insertion.kinds.count)")
        }
        try insert(rows.count, insertion) { index, row in
            for value in rows[index] { row.append(value) }
        }
    }
}
