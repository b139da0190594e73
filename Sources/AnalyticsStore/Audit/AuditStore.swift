public import AnalyticsCore
import Foundation

/// Who did what, as it is kept for every workspace.
public struct AuditStore: Sendable {
    private let database: any Database

    /// The audit log of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// A part of a workspace's entries, newest first.
    ///
    /// Entries are numbered without a gap, so a page deep down costs the same as the first.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<AuditEntry> {
        try await database.read { connection in
            let total =
                try connection.first("SELECT audit_count FROM workspace WHERE id = \(workspaceID)") {
                    try $0.integer(0)
                } ?? 0
            let bound: Int64 =
                switch slice.start {
                case .below(let id): id
                case .offset(let offset): total - Int64(min(offset, Int(total))) + 1
                }
            let entries = try connection.all(
                """
                SELECT id, at, user_id, user_name, user_email, token_id, address, action, object_id, changes
                FROM audit_entry
                WHERE workspace_id = \(workspaceID) AND id < \(bound)
                ORDER BY id DESC
                LIMIT \(slice.probe)
                """, AuditEntry.init(row:))
            return ListPage(entries, of: slice, total: Int(total))
        }
    }
}

extension Connection {
    /// Adds an entry, in the transaction of what it tells of.
    func audit(
        _ action: AuditAction, of objectID: Int64?, _ changes: [AuditChange] = [], by author: Author,
        workspaceID: Int64, now: Instant
    ) throws {
        let id = try first(
            """
            UPDATE workspace
            SET audit_count = audit_count + 1
            WHERE id = \(workspaceID)
            RETURNING audit_count
            """
        ) { try $0.integer(0) }
        guard let id else { throw StoreError(.corrupt, "there is no workspace \(workspaceID)") }
        try execute(
            """
            INSERT INTO audit_entry (
                workspace_id, id, at, user_id, user_name, user_email, token_id, address, action, object_id, changes
            )
            VALUES (
                \(workspaceID), \(id), \(now), \(author.person?.id), \(author.person?.name),
                \(author.person?.email.text), \(author.tokenID), \(author.address), \(action.rawValue), \(objectID),
                \(try changes.json)
            )
            """)
    }
}

extension AuditEntry {
    /// Reads ten columns in the order of the table, without workspace_id.
    fileprivate init(row: any Row) throws {
        let actionName = try row.text(7)
        guard let action = AuditAction(rawValue: actionName) else {
            throw StoreError.unexpected(value: actionName, column: 7)
        }
        var person: Author.Person?
        if let id = try row.optionalInteger(2) {
            person = .init(id: id, name: try row.text(3), email: EmailAddress(trusted: try row.text(4)))
        }
        self.init(
            id: try row.integer(0), at: try row.instant(1),
            author: Author(
                person: person, tokenID: try row.optionalInteger(5), address: try row.optionalText(6)),
            action: action, objectID: try row.optionalInteger(8), changes: try [AuditChange](json: try row.text(9)))
    }
}

extension [AuditChange] {
    fileprivate var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    fileprivate init(json: String) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
        } catch {
            throw StoreError(.corrupt, "the changes of an audit entry cannot be read: \(error)")
        }
    }
}
