import AnalyticsCore
import Synchronization

/// Bounds the memory that the bodies of requests take up, of all together and of each account.
///
/// A small part of each body counts for nothing, so that requests of the usual length find room while others fill it.
final class BodyRoom: Sendable {
    /// The bytes that there may be at once; 0 is any number.
    struct Limits: Sendable {
        /// Of all bodies.
        var total = 268_435_456
        /// Of those that one account sends.
        var account = 33_554_432
    }

    /// The sender of a body.
    enum Account: Hashable, Sendable {
        case user(Int64)
        /// A client without a token, by the network that the request comes from.
        case client(NetworkAddress?)
    }

    private struct State {
        var total = 0
        var accounts: [Account: Int] = [:]
    }

    /// The bytes of each body that do not count: about what a connection takes up in any case.
    static let free = 16_384

    private let limits: Limits
    private let state = Mutex(State())

    init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    /// The bytes that are held.
    var total: Int { state.withLock { $0.total } }

    /// Room for a body, none yet.
    func lease(to account: Account) -> Lease {
        if case .client(let address) = account { return Lease(self, .client(address?.subscriber)) }
        return Lease(self, account)
    }

    private func take(_ count: Int, for account: Account) -> Bool {
        state.withLock { state in
            let held = state.accounts[account, default: 0]
            guard limits.total == 0 || state.total + count <= limits.total,
                limits.account == 0 || held + count <= limits.account
            else { return false }
            state.total += count
            state.accounts[account] = held + count
            return true
        }
    }

    private func giveBack(_ count: Int, of account: Account) {
        state.withLock { state in
            state.total -= count
            let held = state.accounts[account, default: 0] - count
            state.accounts[account] = held > 0 ? held : nil
        }
    }

    /// The room of one body.
    final class Lease: Sendable {
        private struct Size {
            var arrived = 0
            var counted = 0
        }

        private let room: BodyRoom
        private let account: Account
        private let size = Mutex(Size())

        fileprivate init(_ room: BodyRoom, _ account: Account) {
            self.room = room
            self.account = account
        }

        deinit {
            end()
        }

        /// Makes room for bytes that arrived.
        ///
        /// - Throws: ``APIError/bodiesFull`` where there is none.
        func take(_ count: Int) throws(APIError) {
            let hasRoom = size.withLock { size in
                size.arrived += count
                let more = size.arrived - BodyRoom.free - size.counted
                guard more > 0 else { return true }
                guard room.take(more, for: account) else { return false }
                size.counted += more
                return true
            }
            guard hasRoom else { throw .bodiesFull }
        }

        /// Gives all of it back.
        func end() {
            let counted = size.withLock { size in
                defer { size = Size() }
                return size.counted
            }
            if counted > 0 { room.giveBack(counted, of: account) }
        }
    }
}
