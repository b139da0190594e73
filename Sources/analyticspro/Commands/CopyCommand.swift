import AnalyticsStore
import ArgumentParser
import Foundation

/// `analyticspro copy`.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a whole server's data into another, empty database.",
        discussion: """
            From SQLite to PostgreSQL when a team outgrows one machine, or back. No server may be running on either. A \
            copy that was cut off goes on where it was when the command is run again. At the end both databases are \
            compared: the data points by workspace, metric and day, and all else by table.
            """)

    @Option(help: ArgumentHelp("Where the data is now.", valueName: "url"))
    var from: String

    @Option(help: ArgumentHelp("Where it is to be.", valueName: "url"))
    var to: String

    func run() async throws {
        let (source, target) = (try DatabaseLocation(url: from), try DatabaseLocation(url: to))
        guard source != target else { throw CommandFailure("Both databases are the same: \(source).") }
        if case .sqlite(let path) = source, !FileManager.default.fileExists(atPath: path) {
            throw CommandFailure("There is no database \(path).")
        }
        do {
            let opened = try await (open(source), open(target))
            let rows = try await copy(from: opened.0.database, to: opened.1.database)
            try await opened.0.close()
            try await opened.1.close()
            printNow(
                "Copied \(ProgressReport.grouped(rows)) rows from \(source) to \(target); both were compared and are equal."
            )
        } catch let error as StoreError {
            throw CommandFailure(sentence: error.reason)
        }
    }

    private func copy(from source: any Database, to target: any Database) async throws -> Int {
        var report: ProgressReport?
        var last = 0
        let (steps, continuation) = AsyncStream.makeStream(of: ServerCopy.Progress.self)
        async let rows: Int = {
            defer { continuation.finish() }
            return try await ServerCopy(from: source, to: target).run(now: Composition.now()) { continuation.yield($0) }
        }()
        for await step in steps {
            if let report {
                await report.passed(units: step.done - last)
            } else {
                report = ProgressReport(total: Int64(step.total), done: Int64(step.done), unit: "rows")
            }
            last = step.done
        }
        await report?.finish()
        return try await rows
    }

    private func open(_ location: DatabaseLocation) async throws -> OpenDatabase {
        guard let opened = try await OpenDatabase(location) else {
            throw CommandFailure("The database \(location) is in use by another process. Stop the server first.")
        }
        return opened
    }
}
