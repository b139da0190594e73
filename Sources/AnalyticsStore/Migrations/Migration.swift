/// A numbered step from one schema to the next.
///
/// A step that was released is never changed again.
struct Migration: Sendable {
    let version: Int64
    let name: String
    /// The statements in order, for an engine.
    let statements: @Sendable (Dialect) -> [String]
}

extension Migration {
    /// All steps, in the order in which they are taken.
    static let all: [Migration] = [
        .accounts, .analytics, .contract, .processes, .imports, .externalIDs, .alerts, .events, .notifications,
        .reports, .reportMail, .embeds, .alertFlaps, .noticeDigests, .mailConsent, .usage, .sealedSecrets, .tokens,
        .auditChain,
    ]
}
