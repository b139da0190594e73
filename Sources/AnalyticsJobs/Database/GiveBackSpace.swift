public import AnalyticsStore

/// Gives the disk back what the database does not need any more, such as the room of an import that was undone.
public struct GiveBackSpace: Job {
    private let database: any Database

    /// The number of pages that one transaction gives back at most: 2 MiB.
    private static let step = 512

    /// A job that looks after a database.
    public init(database: any Database) {
        self.database = database
    }

    /// "give back space".
    public var name: String { "give back space" }

    /// Every thirty seconds.
    public var schedule: JobSchedule { .every(.seconds(30)) }

    /// Gives it back in short transactions, between which others write, until little is left or the program stops.
    public func run() async throws {
        try await untilShutdown {
            while try await database.giveBackSpace(pages: Self.step) { try Task.checkCancellation() }
        }
    }
}
