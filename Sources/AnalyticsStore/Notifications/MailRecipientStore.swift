public import AnalyticsCore
import Crypto

import struct Foundation.TimeZone

/// Addresses that channels and reports of a workspace name, and whether they want its mail.
///
/// An address that is not that of a member who showed that mail arrives is asked once, by a link; until it confirms nothing
/// else goes there. The link is signed with a key of the address, so that it can be written again, as in the mails with
/// reports, and ends with its row.
public struct MailRecipientStore: Sendable {
    private let database: any Database
    private let limits: MailLimits

    /// The addresses of a database.
    public init(database: any Database, limits: MailLimits = MailLimits()) {
        self.database = database
        self.limits = limits
    }

    /// The number of addresses that a workspace asks in a day (UTC).
    public static let mostAskedOfDay = 100
    /// The number of addresses of a workspace that have not confirmed.
    public static let mostUnconfirmed = 1_000
    /// For how long an address that is named again is not asked again: a week, in seconds.
    public static let pauseSeconds: Int64 = 7 * 86_400

    /// An address, and the workspace that it is asked for.
    public struct Recipient: Sendable, Equatable {
        /// The address.
        public let email: EmailAddress
        /// The workspace's name.
        public let workspace: String
        /// Whether it wants mail.
        public let isConfirmed: Bool
        /// Whether it wants no reports any more.
        public let hasUnsubscribed: Bool
    }

    /// Whom a link is for; nil where it is none of ours, or its address is no recipient any more.
    ///
    /// - Parameters:
    ///   - purpose: What the link is for.
    ///   - code: The end of it.
    public func recipient(_ purpose: MailRecipientCode.Purpose, code: String) async throws -> Recipient? {
        try await database.read { try $0.mailRecipient(purpose, code: code)?.recipient }
    }

    /// Notes that an address wants mail, also with reports; a member of that address has shown that mail arrives.
    ///
    /// - Returns: Whom the link is for; nil where it is none of ours.
    public func confirm(code: String, now: Instant) async throws -> Recipient? {
        try await database.write { connection in
            guard let (key, recipient) = try connection.mailRecipient(.confirmation, code: code) else { return nil }
            try connection.execute(
                """
                UPDATE mail_recipient
                SET confirmed_at = \(now), unsubscribed_at = NULL, ask_at = NULL
                WHERE workspace_id = \(key.workspaceID) AND id = \(key.id)
                """)
            try connection.confirmEmail(recipient.email, workspaceID: key.workspaceID, now: now)
            return recipient
        }
    }

    /// Notes that an address wants no reports any more; mail about alerts still goes to it.
    ///
    /// - Returns: Whether the link is one of ours.
    public func unsubscribe(code: String, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard let (key, _) = try connection.mailRecipient(.unsubscription, code: code) else { return false }
            try connection.execute(
                """
                UPDATE mail_recipient
                SET unsubscribed_at = \(now)
                WHERE workspace_id = \(key.workspaceID) AND id = \(key.id) AND unsubscribed_at IS NULL
                """)
            return true
        }
    }

    /// Puts the questions into the outbox whose time has come.
    ///
    /// A workspace that asked as many as it may in a day goes on the next day.
    ///
    /// - Returns: The number of addresses that were looked at, at most `limit`.
    public func askDue(limit: Int = 100, now: Instant) async throws -> Int {
        let due = try await database.read { connection in
            try connection.all(
                """
                SELECT workspace_id, id, email
                FROM mail_recipient
                WHERE ask_at <= \(now)
                ORDER BY ask_at, workspace_id, id
                LIMIT \(limit)
                """
            ) { (key: Key(workspaceID: try $0.integer(0), id: try $0.integer(1)), email: try $0.text(2)) }
        }
        for (workspaceID, rows) in Dictionary(grouping: due, by: { $0.key.workspaceID }) {
            try await database.write { connection in
                try connection.ask(rows, limits, workspaceID: workspaceID, now: now)
            }
        }
        return due.count
    }

    /// What names a recipient.
    struct Key: Sendable, Equatable {
        let workspaceID: Int64
        let id: Int64
    }
}

/// The end of a link for one recipient: workspace and number, signed with the recipient's own key (HMAC-SHA256).
public struct MailRecipientCode: Sendable {
    /// What a link is for; a code for the one is none for the other.
    public enum Purpose: String, Sendable {
        case confirmation
        case unsubscription
    }

    /// The number of bytes of the signature: half of it cannot be guessed either, and the link fits on a line of a mail.
    private static let signatureBytes = 16

    /// As in `1-5-9f86…`: workspace, recipient and 32 hexadecimal digits.
    public let text: String

    init(_ purpose: Purpose, workspaceID: Int64, id: Int64, key: [UInt8]) {
        let signed = Array("\(purpose.rawValue) \(workspaceID) \(id)".utf8)
        let signature = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
        text = "\(workspaceID)-\(id)-\(Array(signature.prefix(Self.signatureBytes)).hexadecimal)"
    }

    /// Whom a text says that it is for; nil for what is no code.
    static func key(in text: String) -> MailRecipientStore.Key? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].utf8.count == 2 * signatureBytes, let workspaceID = Int64(parts[0]),
            let id = Int64(parts[1])
        else { return nil }
        return MailRecipientStore.Key(workspaceID: workspaceID, id: id)
    }

    /// Whether a text is this code; how long that takes tells nothing of it.
    func matches(_ other: String) -> Bool {
        let (own, other) = (Array(text.utf8), Array(other.utf8))
        guard own.count == other.count else { return false }
        return zip(own, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// What is known of an address in a workspace.
struct MailConsent {
    /// Its number as a recipient; nil where it is none.
    var id: Int64?
    var askedAt: Instant?
    var isConfirmed = false
    var hasUnsubscribed = false
}

extension Connection {
    /// Has addresses asked that are named for the first time, unless they are members' who showed that mail arrives.
    ///
    /// One that was asked a week ago and has not confirmed is asked again. Its ids come before what locks the workspace's row.
    func addMailRecipients(_ addresses: [EmailAddress], workspaceID: Int64, now: Instant) throws {
        let consents = try mailConsents(of: addresses, workspaceID: workspaceID)
        let missing = addresses.filter { consents[$0.text]?.id == nil }
        let again = addresses.compactMap { consents[$0.text] }.filter { consent in
            guard !consent.isConfirmed, let askedAt = consent.askedAt else { return false }
            return askedAt.advanced(bySeconds: MailRecipientStore.pauseSeconds) <= now
        }.compactMap(\.id)
        try execute(
            "UPDATE mail_recipient SET ask_at = ?3 WHERE workspace_id = ?1 AND id = ?2",
            forEach: again.map { [workspaceID.sqlValue, $0.sqlValue, now.sqlValue] })
        guard !missing.isEmpty else { return }
        try refuseTooManyUnconfirmed(
            missing.count { consents[$0.text]?.isConfirmed != true }, workspaceID: workspaceID)
        var generator = SystemRandomNumberGenerator()
        let ids = try nextIDs(of: .mailRecipient, count: missing.count)
        try insert(
            zip(ids, missing).map { id, address in
                let isConfirmed = consents[address.text]?.isConfirmed == true
                let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
                return [
                    workspaceID.sqlValue, id.sqlValue, address.text.sqlValue, key.sqlValue, now.sqlValue,
                    isConfirmed ? .null : now.sqlValue, isConfirmed ? now.sqlValue : .null,
                ]
            }, .mailRecipients)
    }

    private func refuseTooManyUnconfirmed(_ added: Int, workspaceID: Int64) throws {
        guard added > 0 else { return }
        let unconfirmed = try first(
            """
            SELECT COUNT(*)
            FROM mail_recipient
            WHERE workspace_id = \(workspaceID) AND confirmed_at IS NULL
            """
        ) { Int(try $0.integer(0)) }
        guard (unconfirmed ?? 0) + added <= MailRecipientStore.mostUnconfirmed else {
            throw ValidationError(
                field: "recipients", code: .limit,
                message: "The workspace must not have more than \(MailRecipientStore.mostUnconfirmed) recipients that "
                    + "have not confirmed their address.")
        }
    }

    /// What is known of some addresses, by their texts.
    func mailConsents(of addresses: [EmailAddress], workspaceID: Int64) throws -> [String: MailConsent] {
        let keys = addresses.map { [workspaceID.sqlValue, $0.text.sqlValue] }
        var consents: [String: MailConsent] = [:]
        try ask([.lookup(.mailRecipient, keys: keys), .lookup(.confirmedMember, keys: keys)]) { question, key, row in
            var consent = consents[addresses[key].text] ?? MailConsent()
            if question == 0 {
                consent.id = try row.integer(0)
                consent.askedAt = try row.optionalInstant(1)
                if try row.optionalInteger(2) != nil { consent.isConfirmed = true }
                consent.hasUnsubscribed = try row.optionalInteger(3) != nil
            } else {
                consent.isConfirmed = true
            }
            consents[addresses[key].text] = consent
        }
        return consents
    }

    /// Those of some addresses that get no mail yet, because they have not confirmed.
    ///
    /// - Parameter ofReports: Whether those count, too, that want no reports any more.
    func unconfirmed(
        _ addresses: [EmailAddress], ofReports: Bool, workspaceID: Int64
    ) throws -> [EmailAddress] {
        guard !addresses.isEmpty else { return [] }
        let consents = try mailConsents(of: addresses, workspaceID: workspaceID)
        return addresses.filter { address in
            guard let consent = consents[address.text] else { return true }
            return !consent.isConfirmed || (ofReports && consent.hasUnsubscribed)
        }
    }

    /// Notes that mail to a member arrives.
    func confirmEmail(_ email: EmailAddress, workspaceID: Int64, now: Instant) throws {
        try execute(
            """
            UPDATE user_account
            SET email_confirmed_at = \(now)
            WHERE email = \(email.text) AND workspace_id = \(workspaceID) AND email_confirmed_at IS NULL
            """)
    }

    /// The code of a recipient; nil where the address is none.
    func mailRecipientCode(
        _ purpose: MailRecipientCode.Purpose, of email: EmailAddress, workspaceID: Int64
    ) throws -> String? {
        try first(
            """
            SELECT id, signing_key
            FROM mail_recipient
            WHERE workspace_id = \(workspaceID) AND email = \(email.text)
            """
        ) { row in
            MailRecipientCode(purpose, workspaceID: workspaceID, id: try row.integer(0), key: try row.bytes(1)).text
        }
    }

    fileprivate func mailRecipient(
        _ purpose: MailRecipientCode.Purpose, code: String
    ) throws -> (key: MailRecipientStore.Key, recipient: MailRecipientStore.Recipient)? {
        guard let key = MailRecipientCode.key(in: code) else { return nil }
        let found = try first(
            """
            SELECT r.email, w.name, r.confirmed_at, r.unsubscribed_at, r.signing_key
            FROM mail_recipient AS r
            JOIN workspace AS w ON w.id = r.workspace_id
            WHERE r.workspace_id = \(key.workspaceID) AND r.id = \(key.id)
            """
        ) { row in
            (
                MailRecipientStore.Recipient(
                    email: EmailAddress(trusted: try row.text(0)), workspace: try row.text(1),
                    isConfirmed: try row.optionalInteger(2) != nil, hasUnsubscribed: try row.optionalInteger(3) != nil),
                key: try row.bytes(4)
            )
        }
        guard let found,
            MailRecipientCode(purpose, workspaceID: key.workspaceID, id: key.id, key: found.key).matches(code)
        else { return nil }
        return (key, found.0)
    }

    /// Puts the questions to some addresses of a workspace into the outbox.
    fileprivate func ask(
        _ rows: [(key: MailRecipientStore.Key, email: String)], _ limits: MailLimits, workspaceID: Int64, now: Instant
    ) throws {
        guard let workspace = try workspaceName(workspaceID) else { return }
        let day = Day(of: now, in: .gmt).start(in: .gmt)
        let asked = try first(
            "SELECT COUNT(*) FROM mail_recipient WHERE workspace_id = \(workspaceID) AND asked_at >= \(day)"
        ) { Int(try $0.integer(0)) }
        let consents = try mailConsents(
            of: rows.map { EmailAddress(trusted: $0.email) }, workspaceID: workspaceID)
        let open = rows.filter { consents[$0.email]?.isConfirmed == false }
        let left = min(
            max(0, MailRecipientStore.mostAskedOfDay - (asked ?? 0)),
            try mailLeft(of: limits, workspaceID: workspaceID, now: now))
        let chosen = open.prefix(left)
        // Where two servers do this one of them finds nothing to change, and asks nobody.
        var mails: [EmailAddress] = []
        for row in chosen {
            let changed = try execute(
                """
                UPDATE mail_recipient
                SET ask_at = NULL, asked_at = \(now)
                WHERE workspace_id = \(workspaceID) AND id = \(row.key.id) AND ask_at <= \(now)
                """)
            if changed == 1 { mails.append(EmailAddress(trusted: row.email)) }
        }
        try execute(
            "UPDATE mail_recipient SET ask_at = ?3 WHERE workspace_id = ?1 AND id = ?2 AND ask_at IS NOT NULL",
            forEach: open.dropFirst(left).map {
                [workspaceID.sqlValue, $0.key.id.sqlValue, MailLimits.nextDay(after: now).sqlValue]
            })
        // A member showed meanwhile that mail arrives.
        try execute(
            "UPDATE mail_recipient SET ask_at = NULL, confirmed_at = ?3 WHERE workspace_id = ?1 AND id = ?2",
            forEach: rows.filter { consents[$0.email]?.isConfirmed == true }.map {
                [workspaceID.sqlValue, $0.key.id.sqlValue, now.sqlValue]
            })
        let notice = Notice(event: .confirmation, at: now, workspace: workspace, subject: .nothing)
        try queue(
            [(notice, mails.map { (DeliveryTarget.address($0), Outbox.mailLane(of: workspaceID)) })],
            workspaceID: workspaceID, now: now)
    }
}

extension Lookup {
    fileprivate static let mailRecipient = Lookup(
        ["r.id", "r.asked_at", "r.confirmed_at", "r.unsubscribed_at"],
        "FROM mail_recipient AS r WHERE r.workspace_id = :workspace_id AND r.email = :email",
        by: ["workspace_id": .integer, "email": .text])

    fileprivate static let confirmedMember = Lookup(
        ["u.id"],
        """
        FROM user_account AS u \
        WHERE u.workspace_id = :workspace_id AND u.email = :email AND u.email_confirmed_at IS NOT NULL
        """, by: ["workspace_id": .integer, "email": .text])
}

extension Insertion {
    fileprivate static let mailRecipients = Insertion(
        into: "mail_recipient",
        [
            "workspace_id": .integer, "id": .integer, "email": .text, "signing_key": .bytes, "created_at": .integer,
            "ask_at": .integer, "confirmed_at": .integer,
        ], onConflict: "ON CONFLICT (workspace_id, email) DO NOTHING")
}
