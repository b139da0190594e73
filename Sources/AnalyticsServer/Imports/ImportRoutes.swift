import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/analytics/imports`.
///
/// | route            | needs            |
/// |------------------|------------------|
/// | GET    /         | ingest-analytics |
/// | POST   /         | ingest-analytics |
/// | PUT /:id/content | ingest-analytics |
/// | GET    /:id      | ingest-analytics |
/// | DELETE /:id      | ingest-analytics |
struct ImportRoutes {
    let imports: ImportStore
    /// The size of a file, in bytes; nil is any size.
    let mostBytes: Int?
    let now: @Sendable () -> Instant

    private static let path = "/api/v1/analytics/imports"

    var routes: [Route] {
        [
            .authorized(.get, Self.path, .ingestAnalytics, .listImports, list),
            .authorized(
                .post, Self.path, .ingestAnalytics, .createImport, limit: .ingest, body: .creating, create),
            .authorized(
                .put, Self.path + "/{id}/content", .ingestAnalytics, .putImportContent, limit: .ingest, body: .file,
                putContent),
            .authorized(.get, Self.path + "/{id}", .ingestAnalytics, .getImport, get),
            .authorized(.delete, Self.path + "/{id}", .ingestAnalytics, .deleteImport, delete),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        try await call.list(
            { try await imports.list($0, workspaceID: session.member.workspace.id) }, id: \.id,
            ImportView.init(dataImport:))
    }

    @Sendable private func create(_ call: Call, _ session: Session) async throws -> Response {
        let body = call.body
        var rules = FieldRules()
        let request = NewImport(
            name: body["name"], format: body["format"], alerts: body["alerts"], isDryRun: body["dry_run"],
            rules: &rules)
        guard let request else { throw ValidationError(issues: rules.issues) }
        let outcome = try await imports.create(
            request, workspaceID: session.member.workspace.id,
            once: call.once { DataView(ImportView(dataImport: $0)) }, by: call.author(session), now: now())
        return call.response(to: outcome) { DataView(ImportView(dataImport: $0)) }
    }

    @Sendable private func putContent(_ call: Call, _ session: Session) async throws -> Response {
        let dataImport = try await find(call, session)
        let mediaType = dataImport.request.format.records.mediaType
        if let type = call.request.headers[.contentType], MediaType.essence(of: type) != mediaType {
            throw APIError.unsupportedMediaType(allowed: [mediaType])
        }
        let body = try BodyReader(call.request, limit: mostBytes ?? .max)
        var rules = FieldRules()
        let lastDay = rules.day(call.query["last_day"], "last_day")
        try rules.check()
        guard try await imports.start(dataImport.key, byteTotal: call.contentLength, now: now()) else {
            throw APIError.conflict(
                dataImport.status == .completed
                    ? "The import is complete. Make another one for another file."
                    : "The file of the import is arriving already.")
        }
        let run = ImportRun(
            imports: imports, key: dataImport.key, format: dataImport.request.format,
            workspace: session.member.workspace, author: call.author(session), now: now,
            logger: call.context.logger)
        return .data(ImportView(dataImport: try await run.run(body, lastDay: lastDay)))
    }

    @Sendable private func get(_ call: Call, _ session: Session) async throws -> Response {
        .data(ImportView(dataImport: try await find(call, session)))
    }

    @Sendable private func delete(_ call: Call, _ session: Session) async throws -> Response {
        let id = try call.id()
        let workspaceID = session.member.workspace.id
        let author = call.author(session)
        // In a task of its own: to count what remains may take longer than the client waits.
        let deletion = try await Task {
            try await imports.delete(id, workspaceID: workspaceID, by: author, now: now())
        }.value
        switch deletion {
        case .unknown: throw APIError.notFound
        case .deleted: return .message("Import deleted successfully.")
        case .undone: return .message("Import undone successfully.")
        }
    }

    private func find(_ call: Call, _ session: Session) async throws -> DataImport {
        let found = try await imports.dataImport(try call.id(), workspaceID: session.member.workspace.id)
        guard let found else { throw APIError.notFound }
        return found
    }
}
