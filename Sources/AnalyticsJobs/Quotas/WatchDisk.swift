public import AnalyticsStore
import Foundation
public import Logging

/// Has the largest workspaces refused while the disk of the database is nearly full.
///
/// The less is free, the more of them are refused: with the reserve still whole none, with nothing left all. A workspace
/// that has the server to itself is never refused.
public struct WatchDisk: Job {
    private let usage: UsageStore
    private let storage: StorageGuard
    private let reserve: Double
    private let freeShare: @Sendable () -> Double?
    private let logger: Logger

    /// The number of workspaces that are refused at most.
    private static let mostRefused = 1_000

    /// A job that watches a disk.
    ///
    /// - Parameters:
    ///   - usage: The sizes of workspaces.
    ///   - storage: Refuses them.
    ///   - reservePercent: The percentage of the disk that is to stay free, 1 to 99.
    ///   - freeShare: The share of the disk that is free, 0 to 1; nil where that is not known.
    ///   - logger: Told when the disk gets full and when it has room again.
    public init(
        usage: UsageStore, storage: StorageGuard, reservePercent: Int, logger: Logger,
        freeShare: @escaping @Sendable () -> Double?
    ) {
        self.usage = usage
        self.storage = storage
        reserve = Double(reservePercent) / 100
        self.freeShare = freeShare
        self.logger = logger
    }

    /// "watch disk".
    public var name: String { "watch disk" }

    /// Every ten seconds.
    public var schedule: JobSchedule { .every(.seconds(10)) }

    /// Looks at the disk and decides who is refused until the next look.
    public func run() async throws {
        guard let free = freeShare(), free < reserve else { return storage.refuse([]) }
        let largest = try await usage.largest(Self.mostRefused + 1)
        let all = largest.reduce(0) { $0 + Double($1.points) }
        guard largest.count > 1, all > 0 else { return storage.refuse([]) }
        var refused: Set<Int64> = []
        var points = 0.0
        for workspace in largest.prefix(Self.mostRefused) {
            refused.insert(workspace.workspaceID)
            points += Double(workspace.points)
            if points / all >= 1 - free / reserve { break }
        }
        storage.refuse(refused)
        logger.warning(
            "The disk is nearly full: the largest workspaces cannot store data points",
            metadata: ["free_percent": "\(Int(free * 100))", "workspaces": "\(refused.sorted())"])
    }

    /// The share of the disk that is free where a file lies.
    public static func freeShare(at path: String) -> Double? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
        guard let size = attributes?[.systemSize] as? NSNumber, let free = attributes?[.systemFreeSize] as? NSNumber,
            size.doubleValue > 0
        else { return nil }
        return free.doubleValue / size.doubleValue
    }
}
