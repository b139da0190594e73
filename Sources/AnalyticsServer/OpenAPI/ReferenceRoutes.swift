import HTTPTypes
import Hummingbird
import NIOCore

/// The reference: the document for programs and the page for people.
///
/// | route                    | needs   |
/// |--------------------------|---------|
/// | GET /api/v1/openapi.json | nothing |
/// | GET /docs                | nothing |
/// | GET /docs/reference.css  | nothing |
struct ReferenceRoutes {
    /// The routes that the reference is about, to which its own document is added.
    let described: [Route]

    var routes: [Route] {
        // Made once, at the start: the document names its own route too.
        let placeholder = Route.open(.get, Self.documentPath, .document) { _ in throw APIError.notFound }
        let document = APIDocument(described + [placeholder])
        let json = ByteBuffer(bytes: JSONWriter.written(document.json))
        let page = ByteBuffer(string: ReferencePage(document: document).html)
        let style = ByteBuffer(bytes: PackageResources.reference_css)
        return [
            .open(.get, Self.documentPath, .document) { _ in
                Response(
                    status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache"],
                    body: .init(byteBuffer: json))
            },
            .open(.get, "/docs") { _ in
                Response(status: .ok, headers: Self.pageHeaders, body: .init(byteBuffer: page))
            },
            .open(.get, "/docs/reference.css") { _ in
                Response(
                    status: .ok,
                    headers: [
                        .contentType: "text/css; charset=utf-8", .cacheControl: "no-cache",
                        .contentTypeOptions: "nosniff",
                    ],
                    body: .init(byteBuffer: style))
            },
        ]
    }

    private static let documentPath = "/api/v1/openapi.json"

    private static let pageHeaders: HTTPFields = [
        .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache", .contentTypeOptions: "nosniff",
        .referrerPolicy: "no-referrer",
        .contentSecurityPolicy:
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ]
}

extension Operation {
    fileprivate static let document = Operation(
        id: "document", group: .server, summary: "Get this reference for programs",
        description: "The API in OpenAPI 3.1.",
        answer: (
            ["type": "object", "required": ["openapi", "info", "paths"]],
            ["openapi": "3.1.0", "info": ["title": "AnalyticsPro", "version": "1.0.0"], "paths": [:]]
        ))
}
