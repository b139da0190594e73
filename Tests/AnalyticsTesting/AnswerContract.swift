import Foundation
public import HTTPTypes
import Synchronization

/// The API's own document, against which every answer of a test is held.
public struct AnswerContract: Sendable {
    private let document: JSONNode

    /// What an answer is that the document does not describe.
    public struct Violation: Error, CustomStringConvertible {
        /// Which request, and what is wrong with its answer.
        public let description: String
    }

    /// The contract of a document.
    ///
    /// - Parameter text: OpenAPI 3.1 in JSON.
    public init(_ text: String) throws {
        document = try JSONNode(parsing: text)
    }

    /// Throws where an answer does not fit what the document says about its operation.
    ///
    /// Paths and methods that are no operation's are no business of the document.
    public func check(_ method: HTTPRequest.Method, _ target: String, _ answer: Answer) throws {
        let path = String(target.prefix { $0 != "?" })
        guard let operation = operation(method, path: path) else { return }
        func violation(_ reason: String) -> Violation {
            Violation(description: "\(method) \(target) \(answer.status.code): \(reason)\n\(answer.text.prefix(600))")
        }
        guard let described = operation["responses"]?[String(answer.status.code)] else {
            throw violation("the status is not in the document")
        }
        for (name, header) in described["headers"]?.members ?? [:] where header["required"] == .boolean(true) {
            guard let field = HTTPField.Name(name), answer.headers[field] != nil else {
                throw violation("the header field \(name) is missing")
            }
        }
        guard let content = described["content"]?.members else {
            if answer.text.isEmpty { return }
            throw violation("the document knows of no body")
        }
        let type = answer.headers[.contentType] ?? "nothing"
        guard let schema = content[type]?["schema"] else { throw violation("\(type) is not in the document") }
        let value =
            type.hasPrefix("application/") && type.hasSuffix("json") && !type.hasSuffix("x-ndjson")
            ? try JSONNode(parsing: answer.text) : .string(answer.text)
        if let fault = try fault(of: value, schema, at: "") { throw violation(fault) }
    }

    /// Every method and path of the document, as in `POST /api/v1/analytics`.
    public var operations: [String] {
        (document["paths"]?.members ?? [:]).flatMap { path, methods in
            (methods.members ?? [:]).keys.map { "\($0.uppercased()) \(path)" }
        }.sorted()
    }

    /// What is wrong with the examples of the document, nothing where all fit their schemas.
    public func faultsOfExamples() throws -> [String] {
        var faults: [String] = []
        for (path, methods) in document["paths"]?.members ?? [:] {
            for (method, operation) in methods.members ?? [:] {
                var contents = [operation["requestBody"]?["content"]]
                contents += (operation["responses"]?.members ?? [:]).values.map { $0["content"] }
                for media in contents.compactMap({ $0?["application/json"] }) {
                    guard let example = media["example"], let schema = media["schema"] else { continue }
                    if let fault = try fault(of: example, schema, at: "") {
                        faults.append("\(method) \(path): \(fault)")
                    }
                }
            }
        }
        return faults
    }

    private func operation(_ method: HTTPRequest.Method, path: String) -> JSONNode? {
        guard let paths = document["paths"]?.members else { return nil }
        let parts = path.split(separator: "/")
        let match =
            paths[path]
            ?? paths.filter { template, _ in
                let segments = template.split(separator: "/")
                return segments.count == parts.count
                    && zip(segments, parts).allSatisfy { segment, part in
                        segment == part
                            || segment.hasPrefix("{") && part.hasSuffix(segment.drop { $0 != "}" }.dropFirst())
                    }
            }.max { $0.key.count < $1.key.count }?.value
        return match?[method.rawValue.lowercased()]
    }

    // MARK: - Schemas

    /// What is wrong with a value, nil where it fits.
    ///
    /// The keywords of JSON Schema that the document uses, and no others. Members that a schema does not name are wrong:
    /// a field that somebody added must be described.
    private func fault(of value: JSONNode, _ schema: JSONNode, at place: String) throws -> String? {
        guard let keywords = schema.members else { return "\(place): the schema is no object" }
        if case .string(let reference) = keywords["$ref"] {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            guard let target = document["components"]?["schemas"]?[name] else { return "\(place): no schema \(name)" }
            return try fault(of: value, target, at: place)
        }
        for (keyword, rule) in keywords {
            let isFit: Bool
            switch keyword {
            case "type": isFit = rule.texts.contains { value.isOf(type: $0) }
            case "enum": isFit = rule.elements.contains(value)
            case "const": isFit = rule == value
            case "anyOf": isFit = try rule.elements.contains { try fault(of: value, $0, at: place) == nil }
            case "pattern":
                isFit = value.text.map { $0.range(of: rule.text ?? "", options: .regularExpression) != nil } ?? true
            case "format": isFit = value.text.map { Self.isOf(format: rule.text ?? "", $0) } ?? true
            case "minimum": isFit = value.number.map { $0 >= rule.number ?? 0 } ?? true
            case "maximum": isFit = value.number.map { $0 <= rule.number ?? 0 } ?? true
            case "minItems": isFit = Double(value.elements.count) >= rule.number ?? 0
            case "maxItems": isFit = Double(value.elements.count) <= rule.number ?? 0
            case "maxLength": isFit = value.text.map { Double($0.unicodeScalars.count) <= rule.number ?? 0 } ?? true
            case "required": isFit = value.members.map { names in rule.texts.allSatisfy { names[$0] != nil } } ?? true
            case "properties":
                for (name, member) in value.members ?? [:] {
                    guard let known = rule[name] else { return "\(place).\(name) is not in the schema" }
                    if let fault = try fault(of: member, known, at: "\(place).\(name)") { return fault }
                }
                isFit = true
            case "additionalProperties":
                for (name, member) in value.members ?? [:] {
                    if let fault = try fault(of: member, rule, at: "\(place).\(name)") { return fault }
                }
                isFit = true
            case "items":
                for (index, element) in value.elements.enumerated() {
                    if let fault = try fault(of: element, rule, at: "\(place).\(index)") { return fault }
                }
                isFit = true
            // A request's number has four fraction digits; what is sent is held against that by the server's tests.
            case "multipleOf", "description": isFit = true
            default: return "\(place): this check does not know the keyword \(keyword)"
            }
            if !isFit { return "\(place.isEmpty ? "the body" : place) breaks \(keyword)" }
        }
        return nil
    }

    private static func isOf(format: String, _ text: String) -> Bool {
        switch format {
        case "date": digitsAsZeros(text) == "0000-00-00"
        case "date-time": isInstant(digitsAsZeros(text))
        default: false
        }
    }

    /// Whether a text whose digits are zeros has the form of RFC 3339, in UTC or with an offset.
    private static func isInstant(_ form: String) -> Bool {
        let seconds = "0000-00-00T00:00:00"
        guard form.hasPrefix(seconds) else { return false }
        var rest = form.utf8.dropFirst(seconds.utf8.count)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { $0 == UInt8(ascii: "0") }
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        }
        return ["Z", "+00:00", "-00:00"].contains(String(rest))
    }

    /// A text with a 0 in the place of every digit, which is quicker to compare than a regular expression to match.
    private static func digitsAsZeros(_ text: String) -> String {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return String(decoding: text.utf8.map { digits.contains($0) ? digits.lowerBound : $0 }, as: UTF8.self)
    }
}

extension AnswerContract {
    private static let known = Mutex<AnswerContract?>(nil)

    /// The contract of the program under test, read once.
    static func current(_ fetch: () async throws -> String) async throws -> AnswerContract {
        if let contract = known.withLock({ $0 }) { return contract }
        let contract = try AnswerContract(try await fetch())
        known.withLock { $0 = contract }
        return contract
    }
}

/// A JSON value as the check reads it.
private enum JSONNode: Sendable, Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case list([JSONNode])
    case object([String: JSONNode])

    init(parsing text: String) throws {
        self.init(try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed))
    }

    private init(_ value: Any) {
        switch value {
        case let text as String: self = .string(text)
        case let list as [Any]: self = .list(list.map(JSONNode.init))
        case let object as [String: Any]: self = .object(object.mapValues(JSONNode.init))
        case let number as NSNumber:
            // Only by its Objective-C type, "c", is a boolean told from the numbers 0 and 1.
            self = String(cString: number.objCType) == "c" ? .boolean(number.boolValue) : .number(number.doubleValue)
        default: self = .null
        }
    }

    subscript(_ name: String) -> JSONNode? { members?[name] }

    var members: [String: JSONNode]? { if case .object(let members) = self { members } else { nil } }
    var elements: [JSONNode] { if case .list(let elements) = self { elements } else { [] } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
    /// The texts of a list, or the one that this is.
    var texts: [String] { text.map { [$0] } ?? elements.compactMap(\.text) }

    func isOf(type: String) -> Bool {
        switch self {
        case .null: type == "null"
        case .boolean: type == "boolean"
        case .number(let number): type == "number" || (type == "integer" && number == number.rounded())
        case .string: type == "string"
        case .list: type == "array"
        case .object: type == "object"
        }
    }
}
