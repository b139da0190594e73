import AnalyticsCore
import HTTPTypes
import Synchronization

/// Counts the workspaces that are made from each address on a day (UTC).
///
/// The counts are in memory: they begin anew with the server.
final class WorkspaceRegistrations: Sendable {
    private struct State {
        var day: Day?
        var counts: [NetworkAddress?: Int] = [:]
    }

    private let most: Int?
    private let state = Mutex(State())

    /// The number of addresses that are counted at most; with more all begin anew.
    private static let mostAddresses = 100_000

    /// - Parameter most: The number of workspaces an address and day; nil is any number.
    init(most: Int?) {
        self.most = most
    }

    /// Counts a workspace that is about to be made.
    ///
    /// - Throws: ``APIError`` of status 429 where there were as many as may be.
    func count(from address: NetworkAddress?, now: Instant) throws(APIError) {
        guard let most else { return }
        let today = Day(utc: now)
        let isTaken = state.withLock { state in
            if state.day != today || state.counts.count >= Self.mostAddresses { state = State(day: today) }
            // Customers have a network of version 6, not an address.
            let count = state.counts[address?.subscriber, default: 0]
            guard count < most else { return false }
            state.counts[address?.subscriber] = count + 1
            return true
        }
        guard !isTaken else { return }
        throw .quotaExceeded(
            "No more than \(most) workspaces a day can be made from one address.", until: QuotaDay(at: now))
    }
}
