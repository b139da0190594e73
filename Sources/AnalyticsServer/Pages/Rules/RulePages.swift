import AnalyticsCore
import AnalyticsStore

/// The pages of rules.
///
/// | page       | for                                      |
/// |------------|------------------------------------------|
/// | /rules     | all of them, with what can be done to each |
/// | /rules/new | making one                               |
/// | /rules/:id | changing one                             |
struct RulePages {
    let kit: PageKit
    let rules: AlertRuleStore

    private struct List: Sendable {
        let rules: [RuleItem]
        let hasRules: Bool
        let snoozes: [SnoozeChoice]
        let pager: ListPager
    }

    var routes: [Route] {
        [
            kit.page("/rules", .rules, template: "rules", list),
            kit.page("/rules/new", .rules, title: "New rule", template: "rule") { visit in
                RuleForm(nil, words: PageWords(workspace: visit.workspace, now: visit.now))
            },
            kit.page("/rules/{id}", .rules, title: "Rule", template: "rule") { visit in
                let rule = try await rules.rule(try visit.call.id(), workspaceID: visit.workspace.id)
                guard let rule else { throw APIError.notFound }
                return RuleForm(rule, words: PageWords(workspace: visit.workspace, now: visit.now))
            },
        ]
    }

    @Sendable private func list(_ visit: PageKit.Visit) async throws -> any Sendable {
        var fields = FieldRules()
        let page = PageQuery(visit.query, defaultSize: 20, rules: &fields)
        try fields.check()
        let found = try await rules.list(page.slice, workspaceID: visit.workspace.id)
        let words = PageWords(workspace: visit.workspace, now: visit.now)
        return List(
            rules: found.items.map { RuleItem($0, words: words) }, hasRules: !found.items.isEmpty,
            snoozes: SnoozeChoice.all(words: words),
            pager: ListPager(found, of: page, query: visit.query, path: "/rules", noun: "rule", id: \.id))
    }
}
