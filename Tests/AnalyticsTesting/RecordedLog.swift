public import Logging
import Synchronization

/// Records the entries of a log, one line each.
public final class RecordedLog: Sendable {
    private let entries = Mutex<[String]>([])

    /// A log that is empty.
    public init() {}

    /// The lines so far: the level, the message, and the metadata by name, as in `error: A request failed path=/x`.
    public var lines: [String] { entries.withLock { $0 } }

    /// A logger that writes here whatever it is told.
    public var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self) }
        logger.logLevel = .trace
        return logger
    }

    fileprivate func add(_ line: String) {
        entries.withLock { $0.append(line) }
    }
}

private struct Handler: LogHandler {
    let log: RecordedLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { _, given in given }
        let described = values.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        log.add("\(event.level): \(event.message)\(described.joined())")
    }
}
