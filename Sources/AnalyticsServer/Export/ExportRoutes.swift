import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import NIOCore

/// `/api/v1/analytics/export`: all points that pass a filter, in one file of any size.
///
/// | route | needs            |
/// |-------|------------------|
/// | GET / | export-analytics |
struct ExportRoutes {
    let points: PointStore

    var routes: [Route] {
        [.authorized(.get, "/api/v1/analytics/export", .exportAnalytics, .exportRecords, export)]
    }

    @Sendable private func export(_ call: Call, _ session: Session) async throws -> Response {
        let query = call.query
        var rules = FieldRules()
        let filter = PointFilter(query, rules: &rules)
        let format = Self.format(query["format"], rules: &rules)
        try rules.check()
        guard let format else { throw ValidationError(issues: rules.issues) }
        // Read before the answer begins, so that a database that cannot be read shows in its status.
        var export = points.export(filter, workspaceID: session.member.workspace.id)
        let first = try await export.next()
        let body = ResponseBody { [export] writer in
            var export = export
            var page = first
            var bytes = Array(format.header.utf8)
            while let points = page {
                for point in points { format.append(point, to: &bytes) }
                try await writer.write(ByteBuffer(bytes: bytes))
                bytes.removeAll(keepingCapacity: true)
                page = try await export.next()
            }
            if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
            try await writer.finish(nil)
        }
        let response = Response(
            status: .ok,
            headers: [
                .contentType: format.contentType,
                .contentDisposition: "attachment; filename=\"analytics.\(format.rawValue)\"",
            ], body: body)
        return response.compressed(for: call.request)
    }

    private static func format(_ input: FieldInput, rules: inout FieldRules) -> ExportFormat? {
        switch input {
        case .missing: return .csv
        case .text(let bytes):
            if let format = ExportFormat(rawValue: String(decoding: bytes, as: UTF8.self)) { return format }
        default: break
        }
        rules.refuse("format", .inList, "The format field must be csv or ndjson.")
        return nil
    }
}
