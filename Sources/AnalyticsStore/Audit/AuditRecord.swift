import AnalyticsCore
import Crypto

/// An entry of the audit log as the table holds it, and how it is hashed.
///
/// The hash of an entry is over that of the one before and all of its own values. Names, addresses and changes go into it as
/// hashes of their own with a seal of chance, so that they can be erased: the seal then gives way to that hash, which tells
/// nothing, and the chain stays whole.
struct AuditRecord {
    let workspaceID: Int64
    let id: Int64
    let at: Int64
    let userID: Int64?
    let userName: String?
    let userEmail: String?
    let tokenID: Int64?
    let address: String?
    let action: String
    let objectID: Int64?
    let changes: String
    /// 16 bytes of chance, or the hash of the person where that was erased.
    var personSeal: [UInt8]
    /// 16 bytes of chance, or the hash of the changes where those were erased.
    var changesSeal: [UInt8]

    /// What an erased list of changes is.
    static let erasedChanges = "[]"
    /// The hash before the first entry.
    static let origin = [UInt8](repeating: 0, count: SHA256.byteCount)

    private static let sealLength = 16

    /// The columns that ``init(row:workspaceID:)`` reads.
    static let columns: SQL = """
        id, at, user_id, user_name, user_email, token_id, address, action, object_id, changes, person_seal, changes_seal
        """

    /// An entry that is new.
    init(_ note: AuditNote, id: Int64, by author: Author, workspaceID: Int64, now: Instant, seals: AuditSeals) throws {
        self.workspaceID = workspaceID
        self.id = id
        at = now.milliseconds
        userID = author.person?.id
        userName = author.person?.name
        userEmail = author.person?.email.text
        tokenID = author.tokenID
        address = author.address
        action = note.action.rawValue
        objectID = note.objectID
        changes = try StoredJSON.text(of: note.changes)
        (personSeal, changesSeal) = seals.pair(for: id)
    }

    /// Reads twelve columns; entries of before the chain have no seals.
    init(row: any Row, workspaceID: Int64) throws {
        self.workspaceID = workspaceID
        id = try row.integer(0)
        at = try row.integer(1)
        userID = try row.optionalInteger(2)
        userName = try row.optionalText(3)
        userEmail = try row.optionalText(4)
        tokenID = try row.optionalInteger(5)
        address = try row.optionalText(6)
        action = try row.text(7)
        objectID = try row.optionalInteger(8)
        changes = try row.text(9)
        personSeal = try row.optionalBytes(10) ?? []
        changesSeal = try row.optionalBytes(11) ?? []
    }

    /// The values of a row, in the order of ``Insertion/auditEntries``.
    func values(hash: [UInt8]?) -> [SQLValue] {
        [
            workspaceID.sqlValue, id.sqlValue, at.sqlValue, userID?.sqlValue ?? .null, userName?.sqlValue ?? .null,
            userEmail?.sqlValue ?? .null, tokenID?.sqlValue ?? .null, address?.sqlValue ?? .null, action.sqlValue,
            objectID?.sqlValue ?? .null, changes.sqlValue, personSeal.sqlValue, changesSeal.sqlValue,
            hash?.sqlValue ?? .null,
        ]
    }

    /// Its hash, behind an entry of a hash; nil where its seals are none, or where erased values are there.
    func hash(after previous: [UInt8]) -> [UInt8]? {
        guard let person = personHash, let changes = changesHash else { return nil }
        var hasher = AuditHasher("entry")
        hasher.add(bytes: previous)
        hasher.add(workspaceID)
        hasher.add(id)
        hasher.add(at)
        hasher.add(userID)
        hasher.add(tokenID)
        hasher.add(action)
        hasher.add(objectID)
        hasher.add(bytes: person)
        hasher.add(bytes: changes)
        return hasher.finish()
    }

    /// What goes into the chain for who it was, and from where.
    var personHash: [UInt8]? {
        switch personSeal.count {
        case Self.sealLength:
            var hasher = AuditHasher("person")
            hasher.add(bytes: personSeal)
            hasher.add(userName)
            hasher.add(userEmail)
            hasher.add(address)
            return hasher.finish()
        case SHA256.byteCount where userName == nil && userEmail == nil && address == nil:
            return personSeal
        default:
            return nil
        }
    }

    /// What goes into the chain for what was changed.
    var changesHash: [UInt8]? {
        switch changesSeal.count {
        case Self.sealLength:
            var hasher = AuditHasher("changes")
            hasher.add(bytes: changesSeal)
            hasher.add(changes)
            return hasher.finish()
        case SHA256.byteCount where changes == Self.erasedChanges:
            return changesSeal
        default:
            return nil
        }
    }
}

/// The seals of entries that are written together.
///
/// They are made from one piece of chance, which is kept nowhere: it is asked of the system once, however many there are.
struct AuditSeals {
    private let chance: [UInt8]

    init() {
        var generator = SystemRandomNumberGenerator()
        chance = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Those of an entry: of its person, and of its changes.
    func pair(for id: Int64) -> (person: [UInt8], changes: [UInt8]) {
        var hasher = AuditHasher("seals")
        hasher.add(bytes: chance)
        hasher.add(id)
        let bytes = hasher.finish()
        return (Array(bytes.prefix(16)), Array(bytes.suffix(16)))
    }
}

/// Hashes values so that no two lists of them are hashed alike.
private struct AuditHasher {
    private var hasher = SHA256()

    /// - Parameter kind: What is hashed.
    init(_ kind: String) {
        add("analyticspro audit \(kind) 1")
    }

    mutating func add(_ number: Int64?) {
        add(flag: number != nil)
        guard let number else { return }
        withUnsafeBytes(of: number.bigEndian) { hasher.update(bufferPointer: $0) }
    }

    mutating func add(_ text: String?) {
        add(flag: text != nil)
        guard let text else { return }
        add(bytes: Array(text.utf8))
    }

    mutating func add(bytes: [UInt8]) {
        add(Int64(bytes.count))
        hasher.update(data: bytes)
    }

    private mutating func add(flag: Bool) {
        let byte: [UInt8] = [flag ? 1 : 0]
        hasher.update(data: byte)
    }

    func finish() -> [UInt8] { Array(hasher.finalize()) }
}
