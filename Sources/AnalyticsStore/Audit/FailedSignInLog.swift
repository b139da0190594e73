public import AnalyticsCore
import Synchronization

/// Wrong passwords, gathered in memory and written into the audit log now and then: one entry of an account each time.
///
/// What was not written when the process dies is lost; the program's log has a line of each.
public final class FailedSignInLog: Sendable {
    /// What somebody tried.
    public enum Attempt: Sendable {
        /// To log in, or to accept an invitation with an account that is there.
        case login
        /// To change the password, with a token.
        case passwordChange(tokenID: Int64)
    }

    private struct Key: Hashable {
        let workspaceID: Int64
        let userID: Int64
        let action: AuditAction
    }

    private struct Failures {
        var count: Int
        var addresses: [String]
        var hasMoreAddresses = false
        var latest: Instant
        /// Whose token it was, for changes of a password.
        var author: Author
    }

    /// How many accounts are gathered; further ones are passed over until the next entries are written.
    private static let mostAccounts = 10_000
    /// How many addresses an entry names.
    private static let mostAddresses = 5

    private let database: any Database
    private let failures = Mutex<[Key: Failures]>([:])

    /// An empty log.
    ///
    /// - Parameter database: Where it is written.
    public init(database: any Database) {
        self.database = database
    }

    /// Notes that a password was wrong.
    ///
    /// - Parameters:
    ///   - attempt: What it was for.
    ///   - user: Whose password it was to be.
    ///   - address: Where it came from; nil where that is not known.
    ///   - now: When.
    public func note(_ attempt: Attempt, of user: User, from address: String?, at now: Instant) {
        var author = Author()
        var action = AuditAction.userLoginFailed
        if case .passwordChange(let tokenID) = attempt {
            action = .userPasswordFailed
            author = Author(person: .init(user), tokenID: tokenID)
        }
        let key = Key(workspaceID: user.workspaceID, userID: user.id, action: action)
        failures.withLock { failures in
            guard failures[key] != nil || failures.count < Self.mostAccounts else { return }
            var known = failures[key] ?? Failures(count: 0, addresses: [], latest: now, author: author)
            if known.count < .max { known.count += 1 }
            known.latest = max(known.latest, now)
            known.author = author
            if let address, !known.addresses.contains(address) {
                if known.addresses.count < Self.mostAddresses {
                    known.addresses.append(address)
                } else {
                    known.hasMoreAddresses = true
                }
            }
            failures[key] = known
        }
    }

    /// Writes what was noted since the last time.
    ///
    /// - Throws: ``StoreError`` for the first account that could not be written; the others are.
    public func write() async throws {
        let noted = failures.withLock { failures in
            defer { failures = [:] }
            return failures
        }
        var fault: (any Error)?
        for (key, failures) in noted {
            do {
                try await database.write { connection in
                    // The account may have been removed, or have moved to another workspace.
                    guard try connection.member(id: key.userID, workspaceID: key.workspaceID) != nil else { return }
                    try connection.audit(
                        key.action, of: key.userID, Self.changes(failures), by: Self.author(failures),
                        workspaceID: key.workspaceID, now: failures.latest)
                }
            } catch {
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
    }

    private static func changes(_ failures: Failures) -> [AuditChange] {
        let addresses = failures.addresses.joined(separator: " ") + (failures.hasMoreAddresses ? " and others" : "")
        return [
            AuditChange("count", from: nil, to: String(failures.count)),
            AuditChange("addresses", from: nil, to: failures.addresses.isEmpty ? nil : addresses),
        ]
    }

    private static func author(_ failures: Failures) -> Author {
        var author = failures.author
        author.address = failures.hasMoreAddresses ? nil : failures.addresses.first
        return author
    }
}
