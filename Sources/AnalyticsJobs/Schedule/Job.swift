/// Something that is done by the clock and not because of a request.
public protocol Job: Sendable {
    /// What the log calls it.
    var name: String { get }
    /// When it is done.
    var schedule: JobSchedule { get }
    /// Does it once. An error is logged, and the next time comes all the same.
    func run() async throws
}

/// When a job is done.
public enum JobSchedule: Sendable, Equatable {
    /// Once, as soon as the program runs.
    case atStart
    /// Again and again with a pause between, and one last time when the program stops.
    case every(Duration)
}
