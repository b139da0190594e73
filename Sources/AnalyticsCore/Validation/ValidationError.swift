/// Every fault found in what a client sent, so that all of them can be mended at once.
public struct ValidationError: Error, Sendable, Equatable {
    /// One fault of one field.
    public struct Issue: Sendable, Equatable {
        /// The field's name as the client wrote it, dotted inside lists (`records.17.value`).
        public let field: String
        /// What is wrong, for programs; stable.
        public let code: Code
        /// What is wrong and what is allowed, for people.
        public let message: String

        /// A fault of a field.
        public init(field: String, code: Code, message: String) {
            self.field = field
            self.code = code
            self.message = message
        }
    }

    /// What is wrong with a field, for programs.
    public enum Code: String, Sendable, CaseIterable {
        case required, string, integer, number, boolean, between, email, url, confirmed, unique, unprintable, limit,
            unknown
        case date, expired, immutable, common, incorrect, distinct
        case decimalPlaces = "decimal_places"
        case inList = "in_list"
        case dateFormat = "date_format"
        case dateRange = "date_range"
        case minLength = "min_length"
        case maxLength = "max_length"
        case timeZone = "timezone"
        case idempotencyKey = "idempotency_key"
    }

    /// The faults in the order of the fields; never empty where the error is thrown by this library.
    public let issues: [Issue]

    /// The given faults.
    public init(issues: [Issue]) {
        self.issues = issues
    }

    /// A single fault.
    public init(field: String, code: Code, message: String) {
        self.init(issues: [Issue(field: field, code: code, message: message)])
    }

    /// The first fault's text, and how many more there are: `The value field is required. (and 2 more errors)`.
    public var summary: String {
        guard let first = issues.first else { return "The given data was invalid." }
        switch issues.count - 1 {
        case 0: return first.message
        case 1: return first.message + " (and 1 more error)"
        case let more: return first.message + " (and \(more) more errors)"
        }
    }
}
