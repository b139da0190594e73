/// A JSON value that the program itself writes down: a schema, an example.
///
/// Objects keep the order of their members. What clients send is read by ``JSONObject``.
indirect enum JSONValue: Sendable, Equatable {
    /// A name with its value.
    struct Member: Sendable, Equatable {
        let name: String
        let value: JSONValue
    }

    case null
    case boolean(Bool)
    case integer(Int64)
    /// A number as it is to be printed.
    case decimal(String)
    case string(String)
    case list([JSONValue])
    case object([Member])

    /// The member of that name, or nil.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The member of that name, or what stands in for it.
    subscript(_ name: String, default other: JSONValue) -> JSONValue { self[name] ?? other }

    /// The text, or nil.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The elements; none of what is no list.
    var elements: [JSONValue] {
        if case .list(let elements) = self { elements } else { [] }
    }

    /// The members; none of what is no object.
    var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// The object with further members at its end.
    func adding(_ more: JSONValue) -> JSONValue { .object(members + more.members) }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(nilLiteral: ()) { self = .null }
    init(booleanLiteral value: Bool) { self = .boolean(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(stringLiteral value: String) { self = .string(value) }
    init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }
}

extension JSONValue: JSONView {
    func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.null()
        case .boolean(let value): json.boolean(value)
        case .integer(let value): json.decimal(String(value))
        case .decimal(let text): json.decimal(text)
        case .string(let text): json.string(text)
        case .list(let elements): json.list(elements) { $1.write(to: &$0) }
        case .object(let members):
            json.object { json in
                for member in members {
                    json.name(member.name)
                    member.value.write(to: &json)
                }
            }
        }
    }

    /// The value over several lines, for people; what fits into a line stays on one.
    func indented(by depth: Int = 0, width: Int = 88) -> String {
        let compact = String(decoding: JSONWriter.written(self), as: UTF8.self)
            .replacing("\":", with: "\": ").replacing(",\"", with: ", \"")
        if compact.utf8.count + depth <= width { return compact }
        let inner = String(repeating: " ", count: depth + 2)
        let end = String(repeating: " ", count: depth)
        switch self {
        case .list(let elements):
            let lines = elements.map { inner + $0.indented(by: depth + 2, width: width) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(end)]"
        case .object(let members):
            let lines = members.map { member in
                inner + "\"\(member.name)\": " + member.value.indented(by: depth + 2, width: width)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(end)}"
        default:
            return compact
        }
    }
}
