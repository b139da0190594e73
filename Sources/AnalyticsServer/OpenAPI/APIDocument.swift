import AnalyticsCore
import HTTPTypes

/// The description of the API for programs (OpenAPI 3.1), made of the routes themselves.
///
/// Method, path, permission, limit and the refusals that follow from them are the route's; so no route can be without
/// an entry and no entry without a route.
struct APIDocument {
    /// The routes that are part of the API, in the order in which they are shown.
    let entries: [Entry]

    /// A route with its operation.
    struct Entry {
        let route: Route
        let operation: Operation
    }

    init(_ routes: [Route]) {
        entries = routes.compactMap { route in route.operation.map { Entry(route: route, operation: $0) } }
    }

    /// The version of the API.
    static let version = "1.0.0"

    /// The document.
    var json: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "AnalyticsPro", "version": .string(Self.version),
                "description": """
                Push data points, read key figures. Amounts are exact decimals with at most 4 fraction digits, days \
                are dates as 2026-11-23, instants are UTC.
                """,
            ],
            "servers": [["url": "/"]],
            "tags": .list(Operation.Group.allCases.map { ["name": .string($0.rawValue)] }),
            "paths": paths,
            "components": [
                "securitySchemes": [
                    "token": [
                        "type": "http", "scheme": "bearer",
                        "description": "A token from register, login or /auth/tokens.",
                    ]
                ],
                "schemas": .object(Self.schemas),
            ],
        ]
    }

    private var paths: JSONValue {
        var order: [String] = []
        var methods: [String: [JSONValue.Member]] = [:]
        for entry in entries {
            let path = entry.route.path
            if methods[path] == nil { order.append(path) }
            methods[path, default: []].append(
                .init(name: entry.route.method.rawValue.lowercased(), value: entry.json))
        }
        return .object(order.map { .init(name: $0, value: .object(methods[$0] ?? [])) })
    }

    private static let schemas: [JSONValue.Member] =
        AccountSchemas.named + AuditSchemas.named + AnalyticsSchemas.named + ImportSchemas.named + ChannelSchemas.named
        + ReportSchemas.named + EmbedSchemas.named + AlertSchemas.named + [
            .init(
                name: "Links",
                value: Schema.object([
                    "first": Schema.nullable(Schema.string), "last": Schema.nullable(Schema.string),
                    "prev": Schema.nullable(Schema.string), "next": Schema.nullable(Schema.string),
                ])),
            .init(
                name: "Meta",
                value: Schema.object(Schema.listMeta)),
            .init(name: "Error", value: error(problem: false)), .init(name: "Problem", value: error(problem: true)),
        ]

    /// The schema of a refusal, in the API's own form or as problem details (RFC 9457).
    private static func error(problem isProblem: Bool) -> JSONValue {
        let texts: JSONValue = ["type": "object", "additionalProperties": Schema.list(of: Schema.string)]
        var properties: JSONValue = [
            "message": Schema.string, "code": Schema.string, "request_id": Schema.string, "errors": texts,
            "required": .enumeration(Permission.allCases.map(\.rawValue) + ["*"]),
        ]
        var required: [JSONValue] = ["message", "code", "request_id"]
        if isProblem {
            properties = properties.adding([
                "type": Schema.string, "title": Schema.string, "status": Schema.integer, "detail": Schema.string,
                "error_codes": texts,
            ])
            required += ["type", "title", "status", "detail"]
        }
        return ["type": "object", "required": .list(required), "properties": properties]
    }
}

extension APIDocument.Entry {
    /// The permission that is needed; nil where a token is enough, or nothing is needed.
    var permission: Permission? {
        if case .permission(let permission) = route.access { permission } else { nil }
    }

    /// Whether the token must have the scope `*`.
    var needsEveryScope: Bool {
        if case .wholeToken = route.access { true } else { false }
    }

    var needsToken: Bool {
        if case .open = route.access { false } else { true }
    }

    /// Every parameter, with those that follow from the route.
    var parameters: [Operation.Parameter] {
        guard route.body == .creating || route.body == .records else { return operation.parameters }
        return operation.parameters + [
            .init(
                name: "Idempotency-Key", place: .header,
                schema: ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"],
                description: "Makes a repetition safe: for 24 hours the first answer comes again, without secrets.")
        ]
    }

    /// Each status that the route answers beside success, with the reason.
    var refusals: [(status: HTTPResponse.Status, reason: String)] {
        var reasons: [HTTPResponse.Status: String] = [:]
        if needsToken {
            reasons[.unauthorized] = "There is no valid token."
            reasons[.serviceUnavailable] = "The data cannot be read or written now; try again after `Retry-After`."
        }
        if let permission {
            reasons[.forbidden] = "The role or the token lacks \(permission.rawValue)."
        }
        if needsEveryScope { reasons[.forbidden] = "The token lacks the scope *." }
        if route.limit != nil { reasons[.tooManyRequests] = "Too many requests; try again after `Retry-After`." }
        if route.body != .none {
            let types = (operation.body == nil ? [] : ["application/json"]) + operation.textBodies.map(\.mediaType)
            reasons[.unsupportedMediaType] = "The body is not \(types.joined(separator: " or ")) by its Content-Type."
            reasons[.serviceUnavailable] = "The data cannot be written now; try again after `Retry-After`."
        }
        switch route.body {
        case .none: break
        case .json, .creating, .records:
            reasons[.badRequest] = "The body is not JSON; the message says at which byte."
            reasons[.contentTooLarge] = "The body is too large."
        case .file:
            reasons[.badRequest] = "The body breaks off before its end."
        }
        if route.method != .get { reasons[.conflict] = "Another request changed the same at the same moment." }
        if route.body == .creating || route.body == .records {
            reasons[.conflict] = "A request with the same Idempotency-Key is still in flight."
        }
        if route.body != .none || operation.parameters.contains(where: { $0.place == .query }) {
            reasons[.unprocessableContent] = "Some fields are not what they must be; `errors` names each."
        }
        if route.path.contains("{id}") { reasons[.notFound] = "The workspace has nothing of that id." }
        if route.limit != nil { reasons[.internalServerError] = "A fault of the server, noted in its log." }
        for (status, reason) in operation.refusals { reasons[status] = reason }
        return reasons.sorted { $0.key.code < $1.key.code }.map { ($0.key, $0.value) }
    }

    var json: JSONValue {
        var json: JSONValue = [
            "operationId": .string(operation.id), "tags": [.string(operation.group.rawValue)],
            "summary": .string(operation.summary),
        ]
        var description = operation.description
        if let permission { description += "\n\nNeeds the permission `\(permission.rawValue)`." }
        if needsEveryScope { description += "\n\nNeeds a token with the scope `*`, or a browser's session." }
        json = json.adding(["description": .string(description), "security": needsToken ? [["token": []]] : []])
        if !parameters.isEmpty { json = json.adding(["parameters": .list(parameters.map(\.json))]) }
        if let requestBody { json = json.adding(["requestBody": requestBody]) }
        return json.adding(["responses": answers])
    }

    /// The bodies that are read; nil where none is.
    private var requestBody: JSONValue? {
        let texts = operation.textBodies.map { text in
            JSONValue.Member(
                name: text.mediaType, value: ["schema": Schema.string, "example": .string(text.example)])
        }
        guard let body = operation.body else {
            return texts.isEmpty ? nil : ["required": true, "content": .object(texts)]
        }
        let isRequired = body.schema["required"]?.elements.isEmpty == false
        let content: JSONValue = ["application/json": ["schema": body.schema, "example": body.example]]
        return ["required": .boolean(isRequired), "content": content.adding(.object(texts))]
    }

    private var answers: JSONValue {
        var success: JSONValue = [
            "content": .object(
                operation.answerTypes.map { type in
                    .init(
                        name: type, value: ["schema": operation.answer.schema, "example": operation.answer.example])
                })
        ]
        var headers: [JSONValue.Member] = route.limit == nil ? [] : Self.quotaHeaders
        if operation.isConditional {
            headers.append(.init(name: "ETag", value: ["required": true, "schema": Schema.string]))
        }
        if route.body == .creating || route.body == .records {
            headers.append(.init(name: "Idempotency-Replayed", value: ["schema": ["const": "true"]]))
        }
        if !headers.isEmpty { success = success.adding(["headers": .object(headers)]) }
        func described(_ reason: String) -> JSONValue {
            let description: JSONValue = ["description": .string(reason)]
            return description.adding(success)
        }
        let links: JSONValue =
            operation.links.isEmpty ? .object([]) : ["links": .object(operation.links.map(Self.link(to:)))]
        var answers: [JSONValue.Member] = [
            .init(
                name: String(operation.status.code),
                value: described(operation.status.reasonPhrase).adding(links))
        ]
        for (status, reason) in operation.otherSuccesses.sorted(by: { $0.key.code < $1.key.code }) {
            answers.append(.init(name: String(status.code), value: described(reason)))
        }
        if operation.isConditional {
            answers.append(.init(name: "304", value: ["description": "Nothing changed since the `ETag` sent."]))
        }
        for (status, reason) in refusals {
            answers.append(.init(name: String(status.code), value: refusal(status, reason)))
        }
        return .object(answers)
    }

    private static func link(to operationID: String) -> JSONValue.Member {
        .init(
            name: operationID,
            value: [
                "operationId": .string(operationID), "parameters": ["id": "$response.body#/data/id"],
                "description": "The `id` in the answer is the one in the path.",
            ])
    }

    private func refusal(_ status: HTTPResponse.Status, _ reason: String) -> JSONValue {
        var answer: JSONValue = [
            "description": .string(reason),
            "content": [
                "application/json": ["schema": Schema.named("Error")],
                "application/problem+json": ["schema": Schema.named("Problem")],
            ],
        ]
        switch status {
        case .tooManyRequests:
            answer = answer.adding([
                "headers": .object(
                    Self.quotaHeaders + [
                        .init(
                            name: "Retry-After",
                            value: ["required": true, "schema": Schema.integer, "description": "Seconds."]),
                        .init(
                            name: "X-RateLimit-Reset",
                            value: ["required": true, "schema": Schema.integer, "description": "Seconds since 1970."]),
                    ])
            ])
        case .serviceUnavailable:
            answer = answer.adding([
                "headers": ["Retry-After": ["required": true, "schema": Schema.integer, "description": "Seconds."]]
            ])
        default: break
        }
        return answer
    }

    private static let quotaHeaders: [JSONValue.Member] = [
        .init(
            name: "X-RateLimit-Limit", value: ["schema": Schema.integer, "description": "Requests a minute."]),
        .init(
            name: "X-RateLimit-Remaining",
            value: ["schema": Schema.integer, "description": "How many more this minute."]),
    ]
}

extension Operation.Parameter {
    fileprivate var json: JSONValue {
        var json: JSONValue = [
            "name": .string(name), "in": .string(place.rawValue), "required": .boolean(place == .path),
            "description": .string(description), "schema": schema,
        ]
        // An empty field counts as one that was not sent.
        if place == .query { json = json.adding(["allowEmptyValue": true]) }
        return json
    }
}
