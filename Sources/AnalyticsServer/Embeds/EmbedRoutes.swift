import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/embeds`, and `/embed`, where anyone looks at them who has the link.
///
/// | route                  | needs            |
/// |------------------------|------------------|
/// | GET    /api/v1/embeds      | manage-workspace |
/// | POST   /api/v1/embeds      | manage-workspace |
/// | DELETE /api/v1/embeds/:id  | manage-workspace |
/// | GET    /embed/:link.svg    | nothing          |
struct EmbedRoutes {
    let embeds: EmbedStore
    let rollups: RollupStore
    let answers: AnswerCache
    let now: @Sendable () -> Instant

    private static let path = "/api/v1/embeds"

    var routes: [Route] {
        [
            .authorized(.get, Self.path, .manageWorkspace, .listEmbeds, list),
            .authorized(.post, Self.path, .manageWorkspace, .createEmbed, body: .creating, create),
            .authorized(.delete, Self.path + "/{id}", .manageWorkspace, .deleteEmbed, delete),
            .open(.get, "/embed/{link}.svg", .embeddedChart, limit: .pages, picture),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        let workspaceID = session.member.workspace.id
        return try await call.list(
            { try await embeds.list($0, workspaceID: workspaceID) }, id: \.id, { view(of: $0, workspaceID, call) })
    }

    @Sendable private func create(_ call: Call, _ session: Session) async throws -> Response {
        let workspaceID = session.member.workspace.id
        let body = call.body
        var rules = FieldRules()
        rules.refuseOtherThanObject(body)
        let metric = rules.metric(body["metric_type"], "metric_type")
        let name = rules.text(body["name"], "name", length: ChartEmbed.nameLength)
        let days = rules.periodLength(body["period"], "period", default: 30)
        let look = ChartLook({ body[$0] }, rules: &rules)
        try rules.check()
        guard let metric, let days, let look else { throw ValidationError(issues: rules.issues) }
        let outcome = try await embeds.create(
            ChartEmbed.Definition(name: name ?? metric.title, metric: metric, days: days, look: look),
            workspaceID: workspaceID, once: call.once { DataView(view(of: $0, workspaceID, call)) },
            by: call.author(session), now: now())
        return call.response(to: outcome) { DataView(view(of: $0, workspaceID, call)) }
    }

    @Sendable private func delete(_ call: Call, _ session: Session) async throws -> Response {
        let isDeleted = try await embeds.delete(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now())
        guard isDeleted else { throw APIError.notFound }
        return .message("Embed deleted successfully.")
    }

    @Sendable private func picture(_ call: Call) async throws -> Response {
        // A link of another key and one to nothing are answered alike.
        guard let link = EmbedLink(call.parameter("link")),
            let (embed, workspace) = try await embeds.embed(link.embedID, workspaceID: link.workspaceID),
            link.isSigned(for: embed)
        else { throw APIError.notFound }
        let definition = embed.definition
        let picture = ChartPicture(
            metric: definition.metric, period: .days(definition.days), look: definition.look)
        var response = try await answers.response(
            // What stands behind `?` says nothing, and must not fill the memory.
            to: call, question: "/embed/\(link.text)", workspace: workspace, contentType: "image/svg+xml"
        ) { today in
            try await picture.svg(today: today, of: workspace, from: rollups)
        }
        // Asked for anew each time, so that a removed one is gone.
        response.headers[.cacheControl] = "no-cache"
        response.headers[.crossOriginResourcePolicy] = "cross-origin"
        // As a page of its own or in a frame it runs nothing and asks nobody.
        response.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        return response
    }

    private func view(of embed: ChartEmbed, _ workspaceID: Int64, _ call: Call) -> EmbedView {
        let link = EmbedLink(to: embed, workspaceID: workspaceID)
        return EmbedView(embed: embed, url: "\(call.publicURL.text)/embed/\(link.text).svg")
    }
}
