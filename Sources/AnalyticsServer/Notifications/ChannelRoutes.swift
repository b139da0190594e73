import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/channels`, and `/api/v1/deliveries` of what was sent through them.
///
/// | route                        | needs            |
/// |------------------------------|------------------|
/// | GET    /channels             | manage-workspace |
/// | POST   /channels             | manage-workspace |
/// | GET    /channels/:id         | manage-workspace |
/// | PATCH  /channels/:id         | manage-workspace |
/// | DELETE /channels/:id         | manage-workspace |
/// | POST   /channels/:id/test    | manage-workspace |
/// | POST   /channels/:id/rotate  | manage-workspace |
/// | GET /channels/:id/deliveries | manage-workspace |
/// | POST /deliveries/:id/replay  | manage-workspace |
struct ChannelRoutes {
    let channels: ChannelStore
    let deliveries: DeliveryStore
    let services: NotificationServices
    let now: @Sendable () -> Instant

    private static let path = "/api/v1/channels"

    var routes: [Route] {
        [
            .authorized(.get, Self.path, .manageWorkspace, .listChannels, list),
            .authorized(.post, Self.path, .manageWorkspace, .createChannel, body: .creating, create),
            .authorized(.get, Self.path + "/{id}", .manageWorkspace, .getChannel, get),
            .authorized(.patch, Self.path + "/{id}", .manageWorkspace, .updateChannel, body: .json, update),
            .authorized(.delete, Self.path + "/{id}", .manageWorkspace, .deleteChannel, delete),
            .authorized(.post, Self.path + "/{id}/test", .manageWorkspace, .testChannel, body: .creating, test),
            .authorized(.post, Self.path + "/{id}/rotate", .manageWorkspace, .rotateChannel, body: .creating, rotate),
            .authorized(.get, Self.path + "/{id}/deliveries", .manageWorkspace, .listDeliveries, listDeliveries),
            .authorized(.post, "/api/v1/deliveries/{id}/replay", .manageWorkspace, .replayDelivery, replay),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        try await call.list(
            { try await channels.list($0, workspaceID: session.member.workspace.id) }, id: \.id,
            ChannelView.init(channel:))
    }

    @Sendable private func create(_ call: Call, _ session: Session) async throws -> Response {
        let channel = try await NewAlertChannel(
            call.body, workspaceID: session.member.workspace.id, services: services)
        let outcome = try await channels.create(
            channel, workspaceID: session.member.workspace.id,
            once: call.once { DataView(ChannelView(issued: $0, showsSecret: false)) }, by: call.author(session),
            now: now())
        return call.response(to: outcome) {
            DataView(ChannelView(issued: $0, showsSecret: true))
        }
    }

    @Sendable private func get(_ call: Call, _ session: Session) async throws -> Response {
        .data(ChannelView(channel: try await find(call, session)))
    }

    @Sendable private func update(_ call: Call, _ session: Session) async throws -> Response {
        let channel = try await find(call, session)
        let definition = try await NewAlertChannel(
            call.body, changing: channel.definition, workspaceID: channel.workspaceID, services: services)
        let former = channel.definition
        let changed = try await channels.update(
            channel.id, workspaceID: channel.workspaceID, by: call.author(session), now: now()
        ) { current in
            // What this request does not name stays as it is by now, whoever changed it meanwhile.
            if definition.name != former.name { current.name = definition.name }
            if definition.target != former.target { current.target = definition.target }
            if definition.severities != former.severities { current.severities = definition.severities }
            if definition.isActive != former.isActive { current.isActive = definition.isActive }
        }
        guard let changed else { throw APIError.notFound }
        return .data(ChannelView(channel: changed))
    }

    @Sendable private func delete(_ call: Call, _ session: Session) async throws -> Response {
        let isDeleted = try await channels.delete(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now())
        guard isDeleted else { throw APIError.notFound }
        return .message("Channel deleted successfully.")
    }

    @Sendable private func test(_ call: Call, _ session: Session) async throws -> Response {
        let channel = try await find(call, session)
        try Self.refuseOtherThanObject(call.body)
        let outcome = try await deliveries.test(
            channelID: channel.id, workspaceID: channel.workspaceID,
            once: call.once { DataView(DeliveryView(delivery: $0)) }, by: call.author(session), now: now())
        return call.response(to: outcome) { DataView(DeliveryView(delivery: $0)) }
    }

    @Sendable private func rotate(_ call: Call, _ session: Session) async throws -> Response {
        let channel = try await find(call, session)
        try Self.refuseOtherThanObject(call.body)
        guard channel.definition.target.kind == .webhook else {
            throw APIError.conflict("Only channels of kind webhook have a secret.")
        }
        let outcome = try await channels.rotateSecret(
            of: channel.id, workspaceID: channel.workspaceID,
            once: call.once(.ok) { DataView(ChannelView(issued: $0, showsSecret: false)) }, by: call.author(session),
            now: now())
        return call.response(to: outcome, .ok) {
            DataView(ChannelView(issued: $0, showsSecret: true))
        }
    }

    @Sendable private func listDeliveries(_ call: Call, _ session: Session) async throws -> Response {
        let channel = try await find(call, session)
        return try await call.list(
            { try await deliveries.list($0, channelID: channel.id, workspaceID: channel.workspaceID) }, id: \.id,
            DeliveryView.init(delivery:))
    }

    @Sendable private func replay(_ call: Call, _ session: Session) async throws -> Response {
        let delivery = try await deliveries.replay(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now())
        guard let delivery else { throw APIError.notFound }
        return .data(DeliveryView(delivery: delivery))
    }

    /// Nothing is read of the body, but one that is there must be an object.
    private static func refuseOtherThanObject(_ body: JSONObject) throws {
        var rules = FieldRules()
        rules.refuseOtherThanObject(body)
        try rules.check()
    }

    private func find(_ call: Call, _ session: Session) async throws -> AlertChannel {
        let found = try await channels.channel(try call.id(), workspaceID: session.member.workspace.id)
        guard let found else { throw APIError.notFound }
        return found
    }
}
