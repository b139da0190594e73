public import AnalyticsCore

/// A value that a statement is run with.
public enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
}

/// A statement with its values.
///
/// Whatever is interpolated into it is bound as a parameter, never pasted as text.
///
/// ```swift
/// let sql: SQL = "SELECT name FROM workspace WHERE id = \(id)"
/// ```
///
/// Another `SQL` may be interpolated too and keeps its values. The text must not contain question marks of its own.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The pieces of text between the values: one more than there are values.
    private var pieces: [String]
    /// The values in the order in which they appear.
    public private(set) var values: [SQLValue]

    /// A statement without values.
    public init(stringLiteral text: String) {
        pieces = [text]
        values = []
    }

    /// A statement with values.
    public init(stringInterpolation interpolation: StringInterpolation) {
        self = interpolation.sql
    }

    /// A statement of which the text is made by the program, as by a dialect or for a list of columns.
    ///
    /// - Parameter text: Must not contain anything that came from outside.
    public init(trusted text: String) {
        self.init(stringLiteral: text)
    }

    /// The text with the parameters `?1`, `?2`, … in the order of ``values``.
    public var text: String { text(parameterMark: "?") }

    /// The text with parameters of a mark and a number, from 1 in the order of ``values``.
    func text(parameterMark: Character) -> String {
        var text = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() {
            text.append(parameterMark)
            text += String(index + 1)
            text += piece
        }
        return text
    }

    /// Appends another statement's text and values.
    public mutating func append(_ other: SQL) {
        pieces[pieces.count - 1] += other.pieces[0]
        pieces += other.pieces.dropFirst()
        values += other.values
    }

    /// Both statements, one after the other.
    public static func + (left: SQL, right: SQL) -> SQL {
        var both = left
        both.append(right)
        return both
    }

    /// The statements one after the other with a text between them.
    public static func joined(_ statements: [SQL], separator: String) -> SQL {
        var result: SQL = ""
        for (index, statement) in statements.enumerated() {
            if index > 0 { result.append(SQL(trusted: separator)) }
            result.append(statement)
        }
        return result
    }

    /// Gathers a statement's text and values.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL(stringLiteral: "")

        /// Nothing yet.
        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.values.reserveCapacity(interpolationCount)
            sql.pieces.reserveCapacity(interpolationCount + 1)
        }

        /// Adds text.
        public mutating func appendLiteral(_ literal: String) {
            sql.pieces[sql.pieces.count - 1] += literal
        }

        /// Adds a value as a parameter.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            sql.values.append(value.sqlValue)
            sql.pieces.append("")
        }

        /// Adds a value as a parameter, NULL for nil.
        public mutating func appendInterpolation(_ value: (some SQLBindable)?) {
            sql.values.append(value?.sqlValue ?? .null)
            sql.pieces.append("")
        }

        /// Adds another statement with its values.
        public mutating func appendInterpolation(_ other: SQL) {
            sql.append(other)
        }
    }
}

/// Something that a statement can be run with.
public protocol SQLBindable {
    /// How the database holds it.
    var sqlValue: SQLValue { get }
}

extension Int64: SQLBindable {
    /// Itself.
    public var sqlValue: SQLValue { .integer(self) }
}

extension Int: SQLBindable {
    /// Itself.
    public var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension String: SQLBindable {
    /// Itself.
    public var sqlValue: SQLValue { .text(self) }
}

extension [UInt8]: SQLBindable {
    /// Itself.
    public var sqlValue: SQLValue { .bytes(self) }
}

extension Amount: SQLBindable {
    /// Ten-thousandths.
    public var sqlValue: SQLValue { .integer(tenThousandths) }
}

extension Day: SQLBindable {
    /// Days since 1970-01-01.
    public var sqlValue: SQLValue { .integer(Int64(number)) }
}

extension Instant: SQLBindable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var sqlValue: SQLValue { .integer(milliseconds) }
}

extension Label: SQLBindable {
    /// The text.
    public var sqlValue: SQLValue { .text(text) }
}
