import AnalyticsCore
import AnalyticsStore
import Hummingbird
import Logging
import NIOCore

/// Imports a file as it arrives: all of it, or nothing where a single record is bad.
struct RecordImport {
    let imports: ImportStore
    let workspace: Workspace
    let now: @Sendable () -> Instant
    let logger: Logger

    /// How many points one transaction stores at least, except the last.
    private static let chunkSize = 4_096

    /// Reads a file to its end and makes its points visible together.
    ///
    /// - Parameters:
    ///   - body: The file.
    ///   - format: In which form it is.
    ///   - lastDay: The file's last day, if that is to become today and every other day to move with it.
    /// - Returns: How many points there are.
    /// - Throws: ``ValidationError`` with fields such as `lines.17.value`, at most a hundred; nothing is stored then.
    func run(_ body: RequestBody, _ format: RecordFormat, lastDay: Day?) async throws -> Int {
        let dataImport = try await imports.begin(workspaceID: workspace.id, now: now())
        do {
            return try await read(body, format, into: dataImport, lastDay: lastDay)
        } catch {
            // In a task of its own, because this one may have been cancelled with the program.
            await Task {
                do {
                    try await imports.discard(dataImport)
                } catch {
                    logger.error(
                        "An import could not be discarded; the next start does it", metadata: ["error": "\(error)"])
                }
            }.value
            throw error
        }
    }

    private func read(
        _ body: RequestBody, _ format: RecordFormat, into dataImport: DataImport, lastDay: Day?
    ) async throws -> Int {
        var records = RecordGatherer(format, today: Day(of: now(), in: workspace.timeZone), lastDay: lastDay)
        var parser = format.parser
        for try await buffer in body {
            try parser.read(Array(buffer.readableBytesView), into: &records)
            try await store(&records, into: dataImport, atLeast: Self.chunkSize)
        }
        try parser.finish(into: &records)
        try records.check()
        try await store(&records, into: dataImport, atLeast: 1)
        // The database, too, may have refused a record: one more category, a total out of range.
        try records.check()
        return try await imports.complete(dataImport)
    }

    /// Stores what is valid so far, unless a record was bad: then there is no more to store.
    private func store(
        _ records: inout RecordGatherer, into dataImport: DataImport, atLeast minimum: Int
    ) async throws {
        guard records.records.points.count >= minimum else { return }
        let chunk = records.handOn()
        do {
            try await imports.append(chunk.points, to: dataImport, now: now())
        } catch let error as ValidationError {
            records.refuse(error, of: chunk)
        }
    }
}
