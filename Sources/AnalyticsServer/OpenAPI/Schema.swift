import AnalyticsCore

/// Schemas (JSON Schema 2020-12) and how they are put together.
///
/// They describe exactly what is accepted: a text is trimmed, an empty one counts as none.
enum Schema {
    /// What Unicode calls white space, inside the brackets of a pattern.
    private static let space = #"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"#

    // MARK: - What is sent

    /// A text of so many characters once it is trimmed.
    static func text(_ length: ClosedRange<Int>) -> JSONValue {
        let middle = #"[^\u0000]{0,\#(length.upperBound - 2)}[^\#(space)\u0000]"#
        let rest = length.lowerBound == 1 ? "(?:\(middle))?" : middle
        return ["type": "string", "pattern": .string(#"^[\#(space)]*[^\#(space)\u0000]\#(rest)[\#(space)]*$"#)]
    }

    /// What may be left out, null or empty.
    static func optional(_ schema: JSONValue) -> JSONValue {
        ["anyOf": [schema, ["type": "null"], ["type": "string", "pattern": .string("^[\(space)]*$")]]]
    }

    /// An object of which some members must be there.
    static func body(required: [String], _ properties: JSONValue) -> JSONValue {
        ["type": "object", "required": .list(required.map { .string($0) }), "properties": properties]
    }

    static let email: JSONValue = [
        "type": "string", "maxLength": 254,
        "pattern": .string(
            #"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"#
                + #"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"#),
    ]
    static let newPassword: JSONValue = ["type": "string", "pattern": #"^[^\u0000]{8,}$"#]
    static let knownPassword: JSONValue = ["type": "string", "pattern": #"^[^\u0000]+$"#]
    static let amountSent: JSONValue = [
        "anyOf": [
            [
                "type": "number", "multipleOf": .decimal("0.0001"), "minimum": -99_999_999_999,
                "maximum": 99_999_999_999,
            ],
            ["type": "string", "pattern": #"^-?(0|[1-9][0-9]{0,10})(\.[0-9]{1,4})?$"#],
        ]
    ]
    static let booleanSent: JSONValue = ["enum": [true, false, 1, 0, "1", "0"]]
    static let instantSent: JSONValue = [
        "type": "string", "format": "date-time",
        "pattern":
            #"^(19[7-9][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"#,
    ]
    static let pageNumber: JSONValue = ["type": "integer", "minimum": 1, "maximum": 999_999_999_999_999_999]

    /// 63 bits that are not all zero, in the alphabet of URLs (RFC 4648, section 5).
    static let cursor: JSONValue = [
        "type": "string",
        "pattern": "^(?!AAAAAAAAAAA$)[A-Za-f][A-Za-z0-9_-]{9}[AEIMQUYcgkosw048]$",
    ]

    // MARK: - Both

    static let id: JSONValue = ["type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991]
    static let metric: JSONValue = .enumeration(Metric.allCases.map(\.rawValue))
    static let role: JSONValue = .enumeration(Role.allCases.map(\.rawValue))
    static let day: JSONValue = ["type": "string", "format": "date"]

    // MARK: - What is answered

    static let string: JSONValue = ["type": "string"]
    static let integer: JSONValue = ["type": "integer"]
    static let number: JSONValue = ["type": "number"]

    /// Always in UTC.
    static let instant: JSONValue = ["type": "string", "format": "date-time", "pattern": "Z$"]

    /// What may be null.
    static func nullable(_ schema: JSONValue) -> JSONValue {
        if case .string(let type) = schema["type"] {
            return .object(
                schema.members.map { member in
                    member.name == "type" ? .init(name: "type", value: [.string(type), "null"]) : member
                })
        }
        return ["anyOf": [schema, ["type": "null"]]]
    }

    /// An object that has all of its members, always.
    static func object(_ properties: JSONValue) -> JSONValue {
        body(required: properties.members.map(\.name), properties)
    }

    static func list(of schema: JSONValue) -> JSONValue { ["type": "array", "items": schema] }

    /// A schema by its name in the document.
    static func named(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// One thing: `{"data": …}`.
    static func data(_ schema: JSONValue) -> JSONValue { object(["data": schema]) }

    /// A page of a list.
    static func page(of schema: JSONValue) -> JSONValue {
        object(["data": list(of: schema), "links": named("Links"), "meta": named("Meta")])
    }

    /// What every list's `meta` has.
    static let listMeta: JSONValue = [
        "current_page": nullable(integer), "from": nullable(integer), "to": nullable(integer),
        "last_page": nullable(integer), "per_page": integer, "total": nullable(integer), "path": string,
        "next_cursor": nullable(string),
    ]

    static let message = object(["message": string])

    /// What was done, and how many tokens ended with it.
    static let messageOfRevocation = object(["message": string, "revoked": ["type": "integer", "minimum": 0]])
}

extension JSONValue {
    /// One of some texts.
    static func enumeration(_ texts: [String]) -> JSONValue {
        ["type": "string", "enum": .list(texts.map { .string($0) })]
    }
}
