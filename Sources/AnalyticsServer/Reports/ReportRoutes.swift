import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import NIOCore

/// `/api/v1/reports`.
///
/// | route             | needs          |
/// |-------------------|----------------|
/// | GET    /          | view-reports   |
/// | POST   /          | create-reports |
/// | GET    /:id       | view-reports   |
/// | GET /:id/download | view-reports   |
/// | DELETE /:id       | delete-reports |
struct ReportRoutes {
    let reports: ReportStore
    let now: @Sendable () -> Instant

    private static let path = "/api/v1/reports"

    /// What a browser is to do with a file.
    enum Disposition: String, CaseIterable {
        /// Keep it.
        case attachment
        /// Show it.
        case inline
    }

    var routes: [Route] {
        [
            .authorized(.get, Self.path, .viewReports, .listReports, list),
            .authorized(.post, Self.path, .createReports, .createReport, body: .creating, create),
            .authorized(.get, Self.path + "/{id}", .viewReports, .getReport, get),
            .authorized(.get, Self.path + "/{id}/download", .viewReports, .downloadReport, download),
            .authorized(.delete, Self.path + "/{id}", .deleteReports, .deleteReport, delete),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        let query = call.query
        var rules = FieldRules()
        let filter = ReportStore.Filter(
            type: rules.filter(query["type"], "type"), status: rules.filter(query["status"], "status"))
        let page = PageQuery(query, defaultSize: 20, rules: &rules)
        try rules.check()
        let list = try await reports.list(filter, page.slice, workspaceID: session.member.workspace.id)
        var json = JSONWriter(capacity: 8192)
        PageView(
            items: list.items.map(ReportView.init(report:)), total: list.total,
            nextCursor: list.hasMore ? list.items.last.map { Cursor(id: $0.id) } : nil, page: page, query: query,
            path: call.url
        ).write(to: &json)
        return .json(json)
    }

    @Sendable private func create(_ call: Call, _ session: Session) async throws -> Response {
        let workspace = session.member.workspace
        let body = call.body
        var rules = FieldRules()
        rules.refuseOtherThanObject(body)
        let request = NewReport(
            name: body["name"], type: body["type"], scheduledAt: body["scheduled_at"], repeats: body["repeat"],
            recipients: (body.elements("recipients", upTo: NewReport.mostRecipients + 1), body["recipients"]),
            in: workspace.timeZone, rules: &rules)
        guard let request else { throw ValidationError(issues: rules.issues) }
        let outcome = try await reports.create(
            request, workspaceID: workspace.id, once: call.once { DataView(ReportView(report: $0)) },
            by: call.author(session), now: now())
        return call.response(to: outcome) { DataView(ReportView(report: $0)) }
    }

    @Sendable private func get(_ call: Call, _ session: Session) async throws -> Response {
        .data(ReportView(report: try await find(call, session)))
    }

    @Sendable private func download(_ call: Call, _ session: Session) async throws -> Response {
        let report = try await find(call, session)
        var rules = FieldRules()
        let format: ReportFormat? = rules.choice(call.query["format"], "format", default: .pdf)
        let disposition: Disposition? = rules.choice(call.query["disposition"], "disposition", default: .attachment)
        if let format, format != .html, disposition == .inline {
            rules.refuse("disposition", .inList, "The selected disposition is invalid. Only html can be shown inline.")
        }
        try rules.check()
        guard let format, let disposition else { throw ValidationError(issues: rules.issues) }
        switch report.status {
        case .completed: break
        case .failed: throw APIError.conflict("The report could not be made: \(report.failure ?? "").")
        case .draft, .processing: throw APIError.conflict("The report is not completed yet.")
        }
        let file = try await reports.file(format, of: report.id, workspaceID: session.member.workspace.id)
        guard let file else { throw APIError.notFound }
        let etag = "\"\(file.sha256)\""
        // The bytes of a report never change.
        var headers: HTTPFields = [.eTag: etag, .cacheControl: "private, no-cache"]
        if call.request.hasCurrent(etag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = format.contentType
        headers[.contentDisposition] = "\(disposition.rawValue); filename=\"\(report.fileName(format))\""
        // Texts of others stand in it: what a browser opens of ours runs nothing and asks nobody.
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file.content)))
    }

    @Sendable private func delete(_ call: Call, _ session: Session) async throws -> Response {
        let isDeleted = try await reports.delete(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now())
        guard isDeleted else { throw APIError.notFound }
        return .message("Report deleted successfully.")
    }

    private func find(_ call: Call, _ session: Session) async throws -> Report {
        let found = try await reports.report(try call.id(), workspaceID: session.member.workspace.id)
        guard let found else { throw APIError.notFound }
        return found
    }
}
