import AnalyticsCore
import AnalyticsStore

/// `/settings/audit`: who did what.
struct AuditPage {
    let kit: PageKit
    let log: AuditStore

    var route: Route { kit.page(.audit, template: "settings-audit", model) }

    private struct Model: Sendable {
        let tabs: [PageChoice]
        let entries: [Entry]
        let pager: ListPager
    }

    private struct Entry: Sendable {
        let id: Int64
        let time: PageWords.Time
        let person: String
        /// The person's address; nil for the operator.
        let email: String?
        /// `Report schedule updated`.
        let action: String
        /// `report_schedule.updated`, as the API has it.
        let name: String
        /// `#5`; nil where it has no number.
        let object: String?
        let changes: [Change]
        /// Where it came from: the client's address.
        let address: String?
    }

    private struct Change: Sendable {
        let field: String
        /// Nil where there was nothing.
        let from: String?
        /// Nil where there is nothing now.
        let to: String?
        /// Whether one value came in the place of another.
        let isReplaced: Bool
        let isRemoved: Bool
    }

    @Sendable private func model(_ visit: PageKit.Visit) async throws -> any Sendable {
        var rules = FieldRules()
        let page = PageQuery(behind: rules.cursor(visit.query["cursor"], "cursor"), size: 50)
        try rules.check()
        let found = try await log.list(page.slice, workspaceID: visit.workspace.id)
        let words = PageWords(workspace: visit.workspace, now: visit.now)
        return Model(
            tabs: SettingsTab.audit.links(for: visit), entries: found.items.map { Self.entry($0, words) },
            pager: ListPager(
                found, of: page, query: visit.query, path: SettingsTab.audit.path, noun: "entry", plural: "entries",
                id: \.id))
    }

    private static func entry(_ entry: AuditEntry, _ words: PageWords) -> Entry {
        Entry(
            id: entry.id, time: words.time(entry.at),
            person: entry.author.person?.name ?? (entry.action == .userLoginFailed ? "Unknown" : "The operator"),
            email: entry.author.person?.email.text, action: spoken(entry.action.rawValue).capitalizedFirst,
            name: entry.action.rawValue, object: entry.objectID.map { "#\($0)" },
            changes: entry.changes.compactMap { change($0, words) },
            address: entry.author.address)
    }

    private static func spoken(_ name: String) -> String {
        name.replacing("_", with: " ").replacing(".", with: " ")
    }

    /// A change in words; nil where nothing came of nothing.
    private static func change(_ change: AuditChange, _ words: PageWords) -> Change? {
        let (from, to) = (text(change.from, words), text(change.to, words))
        if from == nil, to == nil { return nil }
        return Change(
            field: spoken(change.name), from: from, to: to ?? (from == nil || change.to == nil ? nil : "nothing"),
            isReplaced: from != nil && change.to != nil, isRemoved: change.to == nil)
    }

    /// A value, an instant as elsewhere on the pages, cut where it is long, as lists of addresses are; nil for an empty one.
    private static func text(_ value: String?, _ words: PageWords) -> String? {
        guard let value, !value.isEmpty else { return nil }
        // As they are logged, and so as nobody writes a name.
        if let instant = Instant(value.utf8), instant.description == value { return words.time(instant).text }
        return value.count > 120 ? value.prefix(119) + "…" : value
    }
}
