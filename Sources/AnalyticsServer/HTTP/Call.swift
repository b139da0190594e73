import AnalyticsCore
import AnalyticsStore
import Foundation
import HTTPTypes
import Hummingbird

/// A request on its way to a handler, once it was let in and its body is known to be well formed.
struct Call: Sendable {
    let request: Request
    let context: AppContext
    /// Who calls; nil only on routes that anyone may call.
    let session: Session?
    /// Whether the session is a browser's, which came in a cookie.
    let isBrowser: Bool
    /// Whose word about the client's address counts.
    let proxies: TrustedProxies
    /// What links to the API begin with.
    let publicURL: PublicURL
    /// The body's members; none on routes that read no body.
    let body: JSONObject
    /// By what a repetition of the request is known, where it came with such a key and its route makes something.
    private(set) var idempotencyKey: IdempotencyKey?

    /// What stands in the path in the place of `{name}`, decoded where that gives UTF-8.
    func parameter(_ name: String) -> String {
        let sent = context.parameters.get(name) ?? ""
        return sent.utf8.contains(UInt8(ascii: "%")) ? sent.removingPercentEncoding ?? sent : sent
    }

    /// The id in the place of `{id}`.
    ///
    /// - Throws: ``APIError/notFound`` where it is none, just as where nothing has it.
    func id() throws(APIError) -> Int64 {
        let text = parameter("id")
        guard let id = Int64(text), id > 0, String(id) == text else { throw .notFound }
        return id
    }

    /// The client's address; nil where it is not known.
    var client: NetworkAddress? { proxies.client(of: request, context) }

    /// How many bytes the body has; nil where that was not said.
    var contentLength: Int64? { request.headers[.contentLength].flatMap { Int64($0) } }

    /// The fields behind `?`.
    var query: QueryString { QueryString(request.uri.query ?? "") }

    /// The request's own address, as clients see this server, without the query.
    var url: String { publicURL.text + request.uri.path }

    /// The same call with the key that it turned out to have once its body was read.
    func with(_ key: IdempotencyKey?) -> Call {
        var call = self
        call.idempotencyKey = key
        return call
    }

    /// Who calls, for the audit log.
    func author(_ session: Session) -> Author {
        Author(person: .init(session.member.user), tokenID: session.token.id, address: client?.description)
    }
}

extension Call {
    /// The request's idempotency key with the answer that is to be kept under it; nil where it has none.
    func once<Value: Sendable>(
        _ status: HTTPResponse.Status = .created, _ view: @escaping @Sendable (Value) -> some JSONView
    ) -> KeyedRequest<Value>? {
        once({ _ in status }, view)
    }

    /// The same where the status depends on what was done.
    func once<Value: Sendable>(
        _ status: @escaping @Sendable (Value) -> HTTPResponse.Status,
        _ view: @escaping @Sendable (Value) -> some JSONView
    ) -> KeyedRequest<Value>? {
        idempotencyKey.map { key in
            KeyedRequest(key: key) { value in
                KeptAnswer(status: status(value).code, body: JSONWriter.written(view(value)))
            }
        }
    }

    /// The answer to a request that made something, now or when it was sent for the first time.
    func response<Value: Sendable>(
        to outcome: Outcome<Value>, _ status: HTTPResponse.Status = .created, headers: HTTPFields = [:],
        _ view: (Value) -> some JSONView
    ) -> Response {
        response(to: outcome, { _ in status }, headers: headers, view)
    }

    /// The same where the status depends on what was done.
    func response<Value: Sendable>(
        to outcome: Outcome<Value>, _ status: (Value) -> HTTPResponse.Status, headers: HTTPFields = [:],
        _ view: (Value) -> some JSONView
    ) -> Response {
        switch outcome {
        case .done(let value): .json(bytes: JSONWriter.written(view(value)), status: status(value), headers: headers)
        case .repeated(let answer): .replaying(answer)
        }
    }

    /// The part of a list that the query asks for.
    ///
    /// - Parameters:
    ///   - find: Looks it up.
    ///   - id: By what the cursor names the last thing.
    ///   - view: How one thing looks.
    func list<Item: Sendable, View: JSONView>(
        _ find: (ListSlice) async throws -> ListPage<Item>, id: (Item) -> Int64, _ view: (Item) -> View
    ) async throws -> Response {
        let query = query
        var rules = FieldRules()
        let page = PageQuery(query, defaultSize: 20, rules: &rules)
        try rules.check()
        let found = try await find(page.slice)
        var json = JSONWriter(capacity: 4096)
        PageView(
            items: found.items.map(view), total: found.total,
            nextCursor: found.hasMore ? found.items.last.map { Cursor(id: id($0)) } : nil, page: page, query: query,
            path: url
        ).write(to: &json)
        return .json(json)
    }
}

extension Response {
    /// An answer that was given before to a request with the same idempotency key.
    static func replaying(_ answer: KeptAnswer) -> Response {
        .json(
            bytes: answer.body, status: .init(code: answer.status), headers: [.idempotencyReplayed: "true"])
    }
}
