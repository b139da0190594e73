/// Reads the fields of one body or query, and gathers every fault on the way.
///
/// The texts are those of Laravel 11's `validation.php`, because clients of the original show them as they are. Each
/// function answers nil and notes the fault where a field is not what it asks for; ``check()`` then throws them all.
public struct FieldRules {
    /// The faults so far, in the order in which the fields were read.
    public private(set) var issues: [ValidationError.Issue] = []
    private let prefix: String

    /// No fault yet.
    ///
    /// - Parameter prefix: What stands before each field's name in the errors, such as `records.17.`.
    public init(prefix: String = "") {
        self.prefix = prefix
    }

    /// Throws what was found.
    ///
    /// - Throws: ``ValidationError`` with every fault, unless there is none.
    public func check() throws(ValidationError) {
        guard issues.isEmpty else { throw ValidationError(issues: issues) }
    }

    /// Notes a fault, of which the text begins with `The NAME field` or is one of its own.
    public mutating func refuse(_ field: String, _ code: ValidationError.Code, _ message: String) {
        issues.append(.init(field: prefix + field, code: code, message: message))
    }

    /// A field's name as people read it: `recorded_at` is "recorded at".
    public static func spoken(_ field: String) -> String {
        String(field.map { $0 == "_" ? " " : $0 })
    }

    // MARK: - Rules

    /// A text of so many Unicode scalars, or nil where it is missing and need not be there.
    public mutating func text(
        _ input: FieldInput, _ field: String, required: Bool = false, length: ClosedRange<Int>
    ) -> String? {
        switch input {
        case .missing:
            if required { refuseMissing(field) }
        case .number, .boolean, .nested:
            refuse(field, .string, "The \(Self.spoken(field)) field must be a string.")
        case .unprintable:
            refuseUnprintable(field)
        case .text(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            let count = text.unicodeScalars.count
            if count < length.lowerBound {
                refuse(
                    field, .minLength,
                    "The \(Self.spoken(field)) field must be at least \(length.lowerBound) characters.")
            } else if count > length.upperBound {
                refuse(
                    field, .maxLength,
                    "The \(Self.spoken(field)) field must not be greater than \(length.upperBound) characters.")
            } else {
                return text
            }
        }
        return nil
    }

    /// The value of a data point, as a number or a text that is one.
    public mutating func amount(_ input: FieldInput, _ field: String) -> Amount? {
        switch input {
        case .missing:
            refuseMissing(field)
            return nil
        case .boolean, .nested, .unprintable:
            refuse(field, .number, "The \(Self.spoken(field)) field must be a number.")
            return nil
        case .text(let bytes), .number(let bytes):
            do throws(Amount.ParsingError) {
                return try Amount(parsing: bytes)
            } catch {
                refuse(field, error)
            }
            return nil
        }
    }

    /// A date in the form `2026-11-23`, or nil where it is missing.
    public mutating func day(_ input: FieldInput, _ field: String) -> Day? {
        switch input {
        case .missing:
            return nil
        case .text(let bytes):
            if let day = Day(bytes) { return day }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        refuse(field, .dateFormat, "The \(Self.spoken(field)) field must match the format Y-m-d.")
        return nil
    }

    /// One of the seven metrics.
    public mutating func metric(_ input: FieldInput, _ field: String, required: Bool = true) -> Metric? {
        switch input {
        case .missing:
            if required { refuseMissing(field) }
            return nil
        case .text(let bytes):
            if let metric = Metric(name: bytes) { return metric }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        refuse(field, .inList, "The selected \(Self.spoken(field)) is invalid.")
        return nil
    }

    /// One of some texts.
    ///
    /// - Parameters:
    ///   - input: What was sent.
    ///   - field: The field's name.
    ///   - choice: What stands for a field that is missing; nil for one that must be there.
    public mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ input: FieldInput, _ field: String, default choice: Choice? = nil
    ) -> Choice? {
        switch input {
        case .missing:
            if choice == nil { refuseMissing(field) }
            return choice
        case .text(let bytes):
            if let choice = Choice(rawValue: String(decoding: bytes, as: UTF8.self)) { return choice }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        let names = Choice.allCases.map(\.rawValue)
        refuse(
            field, .inList,
            "The selected \(Self.spoken(field)) is invalid. "
                + "It must be \(names.dropLast().joined(separator: ", ")) or \(names.last ?? "").")
        return nil
    }

    /// A whole number that is at least so large, or nil where it is missing.
    ///
    /// Like every number it follows JSON's grammar: `10`, `1e1` and `10.0` are the same, `+10` and `010` are none. It
    /// has at most 18 digits.
    public mutating func integer(_ input: FieldInput, _ field: String, atLeast minimum: Int = .min) -> Int? {
        switch input {
        case .missing:
            return nil
        case .text(let bytes), .number(let bytes):
            if case .exactly(let number) = DecimalText.scaled(bytes, integerDigits: 18, fractionDigits: 0) {
                if number >= minimum { return Int(number) }
                refuse(field, .between, "The \(Self.spoken(field)) field must be at least \(minimum).")
                return nil
            }
        case .boolean, .nested, .unprintable:
            break
        }
        refuse(field, .integer, "The \(Self.spoken(field)) field must be an integer.")
        return nil
    }

    /// True or false, or nil where it is missing.
    ///
    /// `true`, `false`, the numbers and texts `1` and `0` are what Laravel takes.
    public mutating func boolean(_ input: FieldInput, _ field: String) -> Bool? {
        switch input {
        case .missing:
            return nil
        case .boolean(let value):
            return value
        case .text(let bytes), .number(let bytes):
            if bytes.elementsEqual("1".utf8) { return true }
            if bytes.elementsEqual("0".utf8) { return false }
        case .nested, .unprintable:
            break
        }
        refuse(field, .boolean, "The \(Self.spoken(field)) field must be true or false.")
        return nil
    }

    /// An instant in the form `2026-11-23T10:00:00Z`, or nil where it is missing.
    public mutating func instant(_ input: FieldInput, _ field: String) -> Instant? {
        switch input {
        case .missing:
            return nil
        case .text(let bytes):
            if let instant = Instant(bytes) { return instant }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        refuse(
            field, .date, "The \(Self.spoken(field)) field must be a valid date, such as 2026-11-23T10:00:00Z.")
        return nil
    }

    /// Notes that a field which must be there is not.
    public mutating func refuseMissing(_ field: String) {
        refuse(field, .required, "The \(Self.spoken(field)) field is required.")
    }

    private mutating func refuse(_ field: String, _ error: Amount.ParsingError) {
        let name = Self.spoken(field)
        let limit = Amount.largestValue
        switch error {
        case .notANumber: refuse(field, .number, "The \(name) field must be a number.")
        case .tooManyFractionDigits: refuse(field, .decimalPlaces, "The \(name) field must have 0-4 decimal places.")
        case .outOfRange: refuse(field, .between, "The \(name) field must be between -\(limit) and \(limit).")
        }
    }

    private mutating func refuseUnprintable(_ field: String) {
        refuse(
            field, .unprintable,
            "The \(Self.spoken(field)) field must not contain U+0000 or half of a surrogate pair.")
    }
}
