import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

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
        // The document names its own route too.
        let placeholder = Route.open(.get, Self.documentPath, .document, limit: .pages) { _ in throw APIError.notFound }
        let reference = Reference(of: described + [placeholder])
        let style = ByteBuffer(bytes: PackageResources.reference_css)
        return [
            .open(.get, Self.documentPath, .document, limit: .pages) { _ in
                Response(
                    status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache"],
                    body: .init(byteBuffer: reference.made.json))
            },
            .open(.get, "/docs", limit: .pages) { _ in
                Response(status: .ok, headers: Self.pageHeaders, body: .init(byteBuffer: reference.made.page))
            },
            .open(.get, "/docs/reference.css", limit: .pages) { _ in
                Response(
                    status: .ok,
                    headers: [
                        .contentType: "text/css; charset=utf-8", .cacheControl: "no-cache",
                    ],
                    body: .init(byteBuffer: style))
            },
        ]
    }

    private static let documentPath = "/api/v1/openapi.json"

    private static let pageHeaders: HTTPFields = [
        .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache",
        .referrerPolicy: "no-referrer",
        .contentSecurityPolicy:
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ]
}

/// The reference in both its forms, made on the first request for one, so a server starts without it.
private final class Reference: Sendable {
    private let routes: [Route]
    private let kept = Mutex<(json: ByteBuffer, page: ByteBuffer)?>(nil)

    init(of routes: [Route]) {
        self.routes = routes
    }

    var made: (json: ByteBuffer, page: ByteBuffer) {
        kept.withLock { kept in
            if let kept { return kept }
            let document = APIDocument(routes)
            let made = (
                json: ByteBuffer(bytes: JSONWriter.written(document.json)),
                page: ByteBuffer(string: ReferencePage(document: document).html)
            )
            kept = made
            return made
        }
    }
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
