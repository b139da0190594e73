public import AnalyticsCore

import struct Foundation.TimeZone

/// To how many recipients mail goes in a day (UTC): invitations, tests, alerts, reports and questions together.
///
/// Of the server's number the last tenth is for workspaces that had little mail that day, so that those with much do not
/// take the alerts of the others.
public struct MailLimits: Sendable, Equatable {
    /// Of one workspace; nil for any number.
    public var workspace: Int?
    /// Of the whole server; nil for any number.
    ///
    /// Links to set a new password count here alone: who asks for them is a stranger to the workspace.
    public var server: Int?

    /// The defaults: 1,000 of a workspace and 20,000 of the server.
    public init(workspace: Int? = 1_000, server: Int? = 20_000) {
        self.workspace = workspace
        self.server = server
    }

    /// What a workspace may have of the last tenth of the server's number.
    static let littleMail = 20

    /// How many recipients more a workspace may have.
    ///
    /// - Parameters:
    ///   - used: How many it had that day.
    ///   - serverUsed: How many all had.
    func left(used: Int, serverUsed: Int) -> Int {
        let own = workspace.map { max(0, $0 - used) } ?? .max
        guard let server else { return own }
        let free = max(0, server - serverUsed)
        let common = max(0, free - server / 10)
        return min(own, max(common, min(free, max(0, Self.littleMail - used))))
    }

    /// The refusal of mail that is more than a workspace may have.
    func refusal(_ field: String) -> ValidationError {
        let number = workspace.map { ", which is \($0) recipients unless the server has none left" } ?? ""
        return ValidationError(
            field: field, code: .limit,
            message: "The workspace has had as much mail as it may have in a day (UTC)\(number).")
    }

    /// When the day of an instant ends, and mail may go again.
    static func nextDay(after now: Instant) -> Instant {
        Day(of: now, in: .gmt).advanced(by: 1).start(in: .gmt)
    }
}

extension Connection {
    /// How many recipients more a workspace may have on a day.
    func mailLeft(of limits: MailLimits, workspaceID: Int64, now: Instant) throws -> Int {
        let used = try first(
            """
            SELECT mail_count
            FROM workspace
            WHERE id = \(workspaceID) AND mail_day = \(Day(of: now, in: .gmt))
            """
        ) { Int(try $0.integer(0)) }
        return limits.left(used: used ?? 0, serverUsed: try serverMailCount(now: now))
    }

    /// Refuses recipients that are more than a workspace may have on a day.
    func refuseTooMuchMail(
        _ count: Int, of limits: MailLimits, field: String = "recipients", workspaceID: Int64, now: Instant
    ) throws {
        guard count > 0, try mailLeft(of: limits, workspaceID: workspaceID, now: now) < count else { return }
        throw limits.refusal(field)
    }

    /// Notes that there are some recipients more, or fewer where mail did not go.
    ///
    /// It locks the row of the workspace and then the one of the day, so ids and counts come before.
    func countMail(_ count: Int, workspaceID: Int64, now: Instant) throws {
        guard count != 0 else { return }
        try countWorkspaceMail(count, workspaceID: workspaceID, now: now)
        try countServerMail(count, now: now)
    }

    func countWorkspaceMail(_ count: Int, workspaceID: Int64, now: Instant) throws {
        let day = Day(of: now, in: .gmt)
        try execute(
            """
            UPDATE workspace
            SET mail_count = CASE
                    WHEN mail_day <> \(day) THEN \(max(0, count))
                    WHEN mail_count + \(count) < 0 THEN 0
                    ELSE mail_count + \(count)
                END,
                mail_day = \(day)
            WHERE id = \(workspaceID)
            """)
    }

    func countServerMail(_ count: Int, now: Instant) throws {
        let day = Day(of: now, in: .gmt)
        try execute(
            """
            INSERT INTO mail_day (day, mail_count)
            VALUES (\(day), \(max(0, count)))
            ON CONFLICT (day) DO UPDATE
            SET mail_count = CASE
                    WHEN mail_day.mail_count + \(count) < 0 THEN 0
                    ELSE mail_day.mail_count + \(count)
                END
            """)
        try execute("DELETE FROM mail_day WHERE day < \(day)")
    }

    func serverMailCount(now: Instant) throws -> Int {
        try first("SELECT mail_count FROM mail_day WHERE day = \(Day(of: now, in: .gmt))") {
            Int(try $0.integer(0))
        } ?? 0
    }
}

/// The mail that is sent beside the outbox, as it counts.
public struct MailBudget: Sendable {
    private let database: any Database
    private let limits: MailLimits

    /// The mail of a database.
    public init(database: any Database, limits: MailLimits = MailLimits()) {
        self.database = database
        self.limits = limits
    }

    /// Takes one recipient of a workspace.
    ///
    /// - Throws: ``ValidationError`` of that field where it has none left.
    public func take(field: String, workspaceID: Int64, now: Instant) async throws {
        try await database.write { connection in
            try connection.refuseTooMuchMail(1, of: limits, field: field, workspaceID: workspaceID, now: now)
            try connection.countMail(1, workspaceID: workspaceID, now: now)
        }
    }

    /// Takes one recipient of the server alone.
    ///
    /// - Returns: Whether there was one left.
    public func takeOfServer(now: Instant) async throws -> Bool {
        try await database.write { connection in
            if let server = limits.server, try connection.serverMailCount(now: now) >= server { return false }
            try connection.countServerMail(1, now: now)
            return true
        }
    }
}
