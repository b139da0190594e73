import AnalyticsCore
import AnalyticsStore
import Foundation

/// `/settings/workspace`: its name, time zone and currency, and the charts of it that are shown elsewhere.
struct WorkspacePage {
    let kit: PageKit
    let embeds: EmbedStore

    var route: Route { kit.page(.workspace, template: "settings-workspace", model) }

    private struct Model: Sendable {
        let tabs: [PageChoice]
        let name: String
        let nameLength: Int
        let zones: [Region]
        let currencies: [PageOption]
        let embeds: [EmbedItem]
        let hasEmbeds: Bool
        let pager: ListPager
        let metrics: [PageOption]
        let periods: [PageOption]
        let forms: [PageOption]
        let themes: [PageOption]
        let look: Look
    }

    /// The time zones of a part of the world.
    private struct Region: Sendable {
        let name: String
        let zones: [PageOption]
    }

    /// How large a picture is by default and may be.
    private struct Look: Sendable {
        let width = ChartLook().width
        let leastWidth = ChartLook.widths.lowerBound
        let mostWidth = ChartLook.widths.upperBound
        let height = ChartLook().height
        let leastHeight = ChartLook.heights.lowerBound
        let mostHeight = ChartLook.heights.upperBound
    }

    /// A chart that is shown elsewhere.
    private struct EmbedItem: Sendable {
        let id: Int64
        let name: String
        /// `Revenue, 30 days, 720 × 300`.
        let description: String
        /// Where its picture is on this server.
        let path: String
        /// Where anyone may look at it.
        let url: String
        /// How large the picture is on the page.
        let width: Int
        let height: Int
        let createdAt: PageWords.Time
    }

    @Sendable private func model(_ visit: PageKit.Visit) async throws -> any Sendable {
        var rules = FieldRules()
        let page = PageQuery(behind: rules.cursor(visit.query["cursor"], "cursor"), size: 10)
        try rules.check()
        let workspace = visit.workspace
        let found = try await embeds.list(page.slice, workspaceID: workspace.id)
        let words = PageWords(workspace: workspace, now: visit.now)
        return Model(
            tabs: SettingsTab.workspace.links(for: visit), name: workspace.name,
            nameLength: Workspace.nameLength.upperBound, zones: Self.regions(selected: workspace.timeZoneName),
            currencies: Self.currencies.map { code, label in
                PageOption(value: code, label: label, isSelected: code == workspace.currency)
            },
            embeds: found.items.map { Self.item($0, visit, words) }, hasEmbeds: !found.items.isEmpty,
            pager: ListPager(
                found, of: page, query: visit.query, path: SettingsTab.workspace.path, noun: "chart",
                id: \.id),
            metrics: Metric.allCases.map { metric in
                PageOption(value: metric.rawValue, label: metric.title, isSelected: metric == .revenue)
            },
            periods: Period.lengths.map { days in
                PageOption(value: String(days), label: "\(days) days", isSelected: days == 30)
            },
            forms: ChartLook.Form.allCases.map { form in
                PageOption(value: form.rawValue, label: form.rawValue.capitalizedFirst, isSelected: form == .area)
            },
            themes: ChartLook.Theme.allCases.map { theme in
                PageOption(
                    value: theme.rawValue,
                    label: theme == .auto ? "As whoever looks at it has it" : theme.rawValue.capitalizedFirst,
                    isSelected: theme == .auto)
            }, look: Look())
    }

    /// How wide a picture is on the page.
    private static let previewWidth = 240

    private static func item(_ embed: ChartEmbed, _ visit: PageKit.Visit, _ words: PageWords) -> EmbedItem {
        let path = "/embed/\(EmbedLink(to: embed, workspaceID: visit.workspace.id).text).svg"
        let (definition, look) = (embed.definition, embed.definition.look)
        return EmbedItem(
            id: embed.id, name: definition.name,
            description: "\(definition.metric.title), \(definition.days) days, \(look.width) × \(look.height)",
            path: path, url: visit.call.publicURL.text + path, width: previewWidth,
            height: max(1, previewWidth * look.height / max(1, look.width)), createdAt: words.time(embed.createdAt))
    }

    /// The names of IANA's database that the API takes, by the part of the world before the stroke.
    private static func regions(selected: String) -> [Region] {
        let names = zoneNames.contains(selected) ? zoneNames : zoneNames + [selected]
        let groups = Dictionary(grouping: names) { name in
            name.contains("/") ? String(name.prefix { $0 != "/" }) : "Others"
        }
        return groups.keys.sorted().map { region in
            Region(
                name: region,
                zones: (groups[region] ?? []).sorted().map { name in
                    PageOption(
                        value: name, label: name.replacing("_", with: " "), isSelected: name == selected)
                })
        }
    }

    private static let zoneNames: [String] =
        ["UTC"] + TimeZone.knownTimeZoneIdentifiers.filter { $0 != "UTC" && $0 != "GMT" && TimeZone(named: $0) != nil }

    /// Codes, and the same with names: `EUR – Euro`.
    private static let currencies: [(code: String, label: String)] = CurrencyCode.all.sorted().map { code in
        let name = Locale(identifier: "en_US").localizedString(forCurrencyCode: code)
        return (code, name.map { $0 == code ? code : "\(code) – \($0)" } ?? code)
    }
}
