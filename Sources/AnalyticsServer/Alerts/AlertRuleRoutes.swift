import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/alert-rules`.
///
/// | route              | needs         |
/// |--------------------|---------------|
/// | GET    /           | manage-alerts |
/// | POST   /           | manage-alerts |
/// | POST   /preview    | manage-alerts |
/// | GET    /:id        | manage-alerts |
/// | PATCH  /:id        | manage-alerts |
/// | DELETE /:id        | manage-alerts |
/// | POST   /:id/snooze | manage-alerts |
struct AlertRuleRoutes {
    let rules: AlertRuleStore
    let previews: RulePreviewStore
    let now: @Sendable () -> Instant

    private static let path = "/api/v1/alert-rules"
    /// How many days a preview looks back on, today among them.
    private static let previewDays = 90

    var routes: [Route] {
        [
            .authorized(.get, Self.path, .manageAlerts, .listAlertRules, list),
            .authorized(.post, Self.path, .manageAlerts, .createAlertRule, body: .creating, create),
            .authorized(.post, Self.path + "/preview", .manageAlerts, .previewAlertRule, body: .json, preview),
            .authorized(.get, Self.path + "/{id}", .manageAlerts, .getAlertRule, get),
            .authorized(.patch, Self.path + "/{id}", .manageAlerts, .updateAlertRule, body: .json, update),
            .authorized(.delete, Self.path + "/{id}", .manageAlerts, .deleteAlertRule, delete),
            .authorized(.post, Self.path + "/{id}/snooze", .manageAlerts, .snoozeAlertRule, body: .json, snooze),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        let now = now()
        return try await call.list(
            { try await rules.list($0, workspaceID: session.member.workspace.id) }, id: \.id,
            { AlertRuleView(rule: $0, now: now) })
    }

    @Sendable private func create(_ call: Call, _ session: Session) async throws -> Response {
        let rule = try NewAlertRule(call.body)
        let now = now()
        let outcome = try await rules.create(
            rule, workspaceID: session.member.workspace.id,
            once: call.once { DataView(AlertRuleView(rule: $0, now: now)) }, by: call.author(session), now: now)
        return call.response(to: outcome) { DataView(AlertRuleView(rule: $0, now: now)) }
    }

    @Sendable private func preview(_ call: Call, _ session: Session) async throws -> Response {
        let rule = try NewAlertRule(call.body, isTried: true)
        let workspace = session.member.workspace
        let now = now()
        let today = Day(of: now, in: workspace.timeZone)
        let period = Period(days: Self.previewDays, endingOn: today)
        let isOver = DayDecision(of: today, for: rule, in: workspace.timeZone).isDue(at: now)
        let breaches = try await previews.breaches(
            of: rule, in: period, isLastDayOver: isOver, workspaceID: workspace.id)
        return .data(RulePreviewView(period: period, breaches: breaches))
    }

    @Sendable private func get(_ call: Call, _ session: Session) async throws -> Response {
        let rule = try await rules.rule(try call.id(), workspaceID: session.member.workspace.id)
        guard let rule else { throw APIError.notFound }
        return .data(AlertRuleView(rule: rule, now: now()))
    }

    @Sendable private func update(_ call: Call, _ session: Session) async throws -> Response {
        let now = now()
        let rule = try await rules.update(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now
        ) { former in
            var rule = former
            rule.definition = try NewAlertRule(call.body, changing: former.definition)
            // The one thing about a snooze that a change can say is that it ends.
            if call.body.contains("snoozed_until") {
                guard case .missing = call.body["snoozed_until"] else { throw Self.refusedSnooze }
                rule.snooze = nil
            }
            return rule
        }
        guard let rule else { throw APIError.notFound }
        return .data(AlertRuleView(rule: rule, now: now))
    }

    private static let refusedSnooze = ValidationError(
        field: "snoozed_until", code: .immutable,
        message: "The snoozed until field can only be set to null here. POST to snooze begins a snooze.")

    @Sendable private func delete(_ call: Call, _ session: Session) async throws -> Response {
        let isDeleted = try await rules.delete(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now())
        guard isDeleted else { throw APIError.notFound }
        return .message("Alert rule deleted successfully.")
    }

    @Sendable private func snooze(_ call: Call, _ session: Session) async throws -> Response {
        let id = try call.id()
        let workspaceID = session.member.workspace.id
        let now = now()
        guard try await rules.rule(id, workspaceID: workspaceID) != nil else { throw APIError.notFound }
        var rules = FieldRules()
        let reason = rules.text(call.body["reason"], "reason", length: Alert.Resolution.noteLength)
        let snooze = try AlertRule.Snooze(call.body, now: now, rules: &rules)
        let snoozed = try await self.rules.snooze(
            id, snooze, reason: reason, workspaceID: workspaceID, by: call.author(session), now: now)
        guard let snoozed else { throw APIError.notFound }
        return .data(AlertRuleView(rule: snoozed, now: now))
    }
}
