import AnalyticsCore
import AnalyticsStore

/// The pages of channels, for who may manage the workspace.
///
/// | page                 | for                                        |
/// |----------------------|--------------------------------------------|
/// | /alerts/channels     | all of them, with what can be done to each |
/// | /alerts/channels/:id | what was sent through one                  |
struct ChannelPages {
    let kit: PageKit
    let channels: ChannelStore
    let deliveries: DeliveryStore
    let hasMail: Bool

    private struct List: Sendable {
        let channels: [ChannelItem]
        let hasChannels: Bool
        /// Whether the workspace may have another.
        let hasRoom: Bool
        let most: Int
        let hasMail: Bool
        /// What a new one is told of unless something else is chosen.
        let allSeverities: [PageOption]
    }

    private struct Log: Sendable {
        let channel: ChannelItem
        let deliveries: [DeliveryItem]
        let hasDeliveries: Bool
        let pager: ListPager
        /// The page's own address, to look again.
        let path: String
    }

    var routes: [Route] {
        [
            kit.page(
                "/alerts/channels", .alerts, title: "Channels", permission: .manageWorkspace, template: "channels", list
            ),
            kit.page(
                "/alerts/channels/{id}", .alerts, title: "Deliveries", permission: .manageWorkspace,
                template: "deliveries", log),
        ]
    }

    @Sendable private func list(_ visit: PageKit.Visit) async throws -> any Sendable {
        let most = AlertChannel.mostOfWorkspace
        let found = try await channels.list(ListSlice(.offset(0), limit: most), workspaceID: visit.workspace.id)
        return List(
            channels: found.items.map(ChannelItem.init), hasChannels: !found.items.isEmpty, hasRoom: found.total < most,
            most: most, hasMail: hasMail, allSeverities: ChannelItem.choices(Severity.allCases))
    }

    @Sendable private func log(_ visit: PageKit.Visit) async throws -> any Sendable {
        var rules = FieldRules()
        let page = PageQuery(visit.query, defaultSize: 20, rules: &rules)
        try rules.check()
        let workspaceID = visit.workspace.id
        guard let channel = try await channels.channel(try visit.call.id(), workspaceID: workspaceID) else {
            throw APIError.notFound
        }
        let found = try await deliveries.list(page.slice, channelID: channel.id, workspaceID: workspaceID)
        let words = PageWords(workspace: visit.workspace, now: visit.now)
        let path = "/alerts/channels/\(channel.id)"
        return Log(
            channel: ChannelItem(channel), deliveries: found.items.map { DeliveryItem($0, words: words) },
            hasDeliveries: !found.items.isEmpty,
            pager: ListPager(found, of: page, query: visit.query, path: path, noun: "message", id: \.id), path: path)
    }
}
