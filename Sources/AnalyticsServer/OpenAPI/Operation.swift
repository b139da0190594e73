import AnalyticsCore
import HTTPTypes

/// What the reference says about a route beyond what the route itself tells: its method, path, permission and limit.
struct Operation: Sendable {
    /// Where an operation stands in the reference.
    enum Group: String, Sendable, CaseIterable {
        case account = "Account and tokens"
        case analytics = "Analytics"
        case alerts = "Alerts"
        case notifications = "Notifications"
        case reports = "Reports"
        case workspace = "Workspace and users"
        case server = "Server"
    }

    /// A query's or a header's field, or what varies in a path.
    struct Parameter: Sendable {
        enum Place: String, Sendable { case path, query, header }

        let name: String
        let place: Place
        let schema: JSONValue
        let description: String
    }

    /// The operation's name for programs that are made of the document; unique.
    let id: String
    let group: Group
    /// What it does, as a title.
    let summary: String
    /// What one may get wrong.
    var description = ""
    var parameters: [Parameter] = []
    /// The schema of the body as JSON and a body that fits it; nil where none of JSON is read.
    var body: (schema: JSONValue, example: JSONValue)?
    /// The body in other media types, each as a text.
    var textBodies: [(mediaType: String, example: String)] = []
    /// The status when it succeeds.
    var status: HTTPResponse.Status = .ok
    /// Further statuses with which it succeeds, with their reasons.
    var otherSuccesses: [HTTPResponse.Status: String] = [:]
    /// The schema of the answer when it succeeds, and one that fits it.
    let answer: (schema: JSONValue, example: JSONValue)
    /// The media types of the answer when it succeeds.
    var answerTypes = ["application/json"]
    /// Whether the answer carries an `ETag` and can be 304.
    var isConditional = false
    /// The operations that take the `id` of what this one made.
    var links: [String] = []
    /// Further statuses with their reasons.
    var refusals: [HTTPResponse.Status: String] = [:]
}

extension Operation.Parameter {
    /// A field behind `?`, which may be left out or empty.
    static func query(_ name: String, _ schema: JSONValue, _ description: String) -> Self {
        Self(name: name, place: .query, schema: schema, description: description)
    }

    /// What stands in the place of `{name}`.
    static func path(_ name: String, _ schema: JSONValue, _ description: String) -> Self {
        Self(name: name, place: .path, schema: schema, description: description)
    }

    /// The `id` in the path.
    static func id(of what: String) -> Self { .path("id", Schema.id, "The id of \(what).") }

    /// How a list is paged.
    static func paging(defaultSize: Int) -> [Self] {
        [
            .query("page", Schema.pageNumber, "The number of the page, from 1."),
            .query(
                "per_page", Schema.pageNumber, "How many things a page has: \(defaultSize) unless given, 100 at most."),
            .query(
                "cursor", Schema.cursor,
                "Goes on behind the last page read: its `meta.next_cursor`. Costs the same however deep that is."),
        ]
    }
}
