import CPostgres

/// What a statement answered; freed when nobody holds it any more.
final class PostgresResult {
    fileprivate let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }

    var status: ExecStatusType { PQresultStatus(pointer) }

    /// How many rows there are.
    var count: Int { Int(PQntuples(pointer)) }

    /// How many rows the statement inserted, updated or deleted.
    var affectedRows: Int {
        PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// What was done, as the server names it: `COMMIT`, `INSERT 0 1`.
    var command: String {
        PQcmdStatus(pointer).map { String(cString: $0) } ?? ""
    }

    /// Why the statement failed.
    var failure: PostgresFailure {
        func field(_ code: Character) -> String? {
            PQresultErrorField(pointer, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        let state = field("C")
        // The message of a value that cannot be read repeats the value.
        var reason = state?.hasPrefix("22") == true ? "a value that the column cannot hold" : field("M") ?? ""
        if let constraint = field("n") { reason += " (\(constraint))" }
        if reason.isEmpty, let text = PQresultErrorMessage(pointer) { reason = String(cString: text).onOneLine }
        return PostgresFailure(state: state, reason: reason)
    }

    func row(_ index: Int) -> PostgresRow {
        PostgresRow(result: self, index: Int32(truncatingIfNeeded: index))
    }
}

struct PostgresRow: Row {
    fileprivate let result: PostgresResult
    fileprivate let index: Int32

    func optionalInteger(_ column: Int) throws -> Int64? {
        switch try value(column) {
        case .null: nil
        case .integer(let integer): integer
        case .text, .bytes: throw StoreError.unexpected(value: "no integer", column: column)
        }
    }

    func optionalText(_ column: Int) throws -> String? {
        switch try value(column) {
        case .null: nil
        case .text(let text): text
        case .integer, .bytes: throw StoreError.unexpected(value: "no text", column: column)
        }
    }

    func optionalBytes(_ column: Int) throws -> [UInt8]? {
        switch try value(column) {
        case .null: nil
        case .bytes(let bytes): bytes
        case .integer, .text: throw StoreError.unexpected(value: "no bytes", column: column)
        }
    }

    func value(_ column: Int) throws -> SQLValue {
        let number = Int32(truncatingIfNeeded: column)
        guard number < PQnfields(result.pointer) else { throw StoreError(.programming, "there is no column \(column)") }
        guard PQgetisnull(result.pointer, index, number) == 0 else { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result.pointer, index, number), count: Int(PQgetlength(result.pointer, index, number)))
        let type = PQftype(result.pointer, number)
        let integer: Int64?
        switch type {
        case PostgresBinary.TypeID.int8:
            integer = PostgresBinary.integer(bytes)
        case PostgresBinary.TypeID.int4:
            integer = (PostgresBinary.integer(bytes) as Int32?).map(Int64.init)
        case PostgresBinary.TypeID.int2:
            integer = (PostgresBinary.integer(bytes) as Int16?).map(Int64.init)
        case PostgresBinary.TypeID.numeric:
            // What a sum of bigints is.
            integer = PostgresBinary.wholeNumeric(bytes)
        case PostgresBinary.TypeID.bytea:
            return .bytes(Array(bytes))
        case let type where PostgresBinary.TypeID.texts.contains(type):
            return .text(String(decoding: bytes, as: UTF8.self))
        default:
            throw StoreError.unexpected(value: "a value of the type \(type)", column: column)
        }
        guard let integer else { throw StoreError.unexpected(value: "no 64-bit integer", column: column) }
        return .integer(integer)
    }
}

extension String {
    /// The lines of a message of libpq as one, without those that are set in because they only explain.
    var onOneLine: String {
        split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") }.joined(separator: "; ")
    }
}
