public import AnalyticsCore

/// Who did what, as it is kept for every workspace.
public struct AuditStore: Sendable {
    let database: any Database

    /// The audit log of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// A part of a workspace's entries, newest first.
    ///
    /// Entries are numbered without a gap, so a page deep down costs the same as the first.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<AuditEntry> {
        try await database.read { connection in
            let log = try connection.auditLog(of: workspaceID)
            let total = (log?.last ?? 0) - (log?.removed ?? 0)
            let bound: Int64 =
                switch slice.start {
                case .below(let id): id
                case .offset(let offset): (log?.last ?? 0) - Int64(min(offset, Int(total))) + 1
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

/// What an entry of the audit log tells of, beside who did it and when.
struct AuditNote {
    let action: AuditAction
    let objectID: Int64?
    let changes: [AuditChange]

    init(_ action: AuditAction, of objectID: Int64?, _ changes: [AuditChange] = []) {
        self.action = action
        self.objectID = objectID
        self.changes = changes
    }
}

extension Connection {
    /// Adds an entry, in the transaction of what it tells of.
    func audit(
        _ action: AuditAction, of objectID: Int64?, _ changes: [AuditChange] = [], by author: Author,
        workspaceID: Int64, now: Instant
    ) throws {
        try audit([AuditNote(action, of: objectID, changes)], by: author, workspaceID: workspaceID, now: now)
    }

    /// Adds entries in the order of their numbers, in the transaction of what they tell of.
    func audit(_ notes: [AuditNote], by author: Author, workspaceID: Int64, now: Instant) throws {
        guard !notes.isEmpty else { return }
        let (numbers, former) = try takeAuditNumbers(notes.count, workspaceID: workspaceID)
        var hash = former
        let seals = AuditSeals()
        let rows = try zip(numbers, notes).map { number, note -> [SQLValue] in
            let record = try AuditRecord(
                note, id: number, by: author, workspaceID: workspaceID, now: now, seals: seals)
            // Behind an entry that is not chained yet none is: all of them are chained in their order later.
            hash = hash.flatMap(record.hash)
            return record.values(hash: hash)
        }
        try insert(rows, .auditEntries)
        if let hash { try setChainEnd(numbers.upperBound, hash, workspaceID: workspaceID) }
    }
}

extension Insertion {
    /// Entries of the audit log.
    fileprivate static let auditEntries = Insertion(
        into: "audit_entry",
        [
            "workspace_id": .integer, "id": .integer, "at": .integer, "user_id": .integer, "user_name": .text,
            "user_email": .text, "token_id": .integer, "address": .text, "action": .text, "object_id": .integer,
            "changes": .text, "person_seal": .bytes, "changes_seal": .bytes, "chain_hash": .bytes,
        ])
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
            // Both are nil where they were erased.
            person = .init(
                id: id, name: try row.optionalText(3) ?? "", email: EmailAddress(trusted: try row.optionalText(4) ?? "")
            )
        }
        self.init(
            id: try row.integer(0), at: try row.instant(1),
            author: Author(
                person: person, tokenID: try row.optionalInteger(5), address: try row.optionalText(6)),
            action: action, objectID: try row.optionalInteger(8),
            changes: try StoredJSON.value(of: "the changes of an entry", in: try row.text(9)))
    }
}
