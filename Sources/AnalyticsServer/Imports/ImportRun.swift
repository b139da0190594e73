import AnalyticsCore
import AnalyticsStore
import Logging

/// Reads a file into an import as it arrives: all of it, or nothing where a single record is bad.
///
/// Memory is bounded by a chunk of records, whatever the size of the file.
struct ImportRun {
    let imports: ImportStore
    /// An import that is running.
    let key: ImportKey
    let format: ImportFormat
    let workspace: Workspace
    let author: Author
    let now: @Sendable () -> Instant
    let logger: Logger

    /// How many points one transaction stores at least, except the last.
    private static let chunkSize = 4_096
    /// How often at least it is noted how far a file was read that arrives slowly.
    private static let noteAfterMilliseconds: Int64 = 2_000

    /// Reads a file to its end and makes its points visible together.
    ///
    /// - Parameters:
    ///   - body: The file.
    ///   - lastDay: The file's last day, if that is to become today and every other day to move with it.
    /// - Returns: The import, which is complete.
    /// - Throws: ``ValidationError`` with fields such as `lines.17.value`, at most a hundred, or whatever else went
    ///   wrong; the import has failed and nothing of it is stored then.
    func run(_ body: BodyReader, lastDay: Day?) async throws -> DataImport {
        var file = File(
            records: RecordGatherer(
                format.records, today: Day(of: now(), in: workspace.timeZone), lastDay: lastDay),
            notedAt: now())
        do {
            try await read(body, into: &file)
            let dataImport = try await imports.complete(key, progress: file.progress, by: author, now: now())
            await settle()
            return dataImport
        } catch {
            let progress = file.progress(failingWith: error)
            // In a task of its own, because this one may have been cancelled with the program.
            await Task { await fail(error, progress) }.value
            if let error = error as? StoreError, error.code == .conflict {
                throw APIError.conflict("The import was deleted or broken off while its file was arriving.")
            }
            throw error
        }
    }

    /// A file on its way.
    private struct File {
        var records: RecordGatherer
        var bytesRead: Int64 = 0
        /// When it was last noted how far it was read.
        var notedAt: Instant

        var progress: ImportProgress {
            ImportProgress(bytesRead: bytesRead, issues: records.issues, errorCount: records.issueCount)
        }

        /// How far it came, with the faults that are thrown.
        func progress(failingWith error: any Error) -> ImportProgress {
            var progress = progress
            if let error = error as? ValidationError {
                progress.issues = error.issues
                progress.errorCount = max(progress.errorCount, 1)
            }
            return progress
        }
    }

    private func read(_ body: BodyReader, into file: inout File) async throws {
        var body = body
        var parser = format.records.parser
        while let piece = try await body.next() {
            file.bytesRead += Int64(piece.count)
            try parser.read(piece, into: &file.records)
            try await store(&file, atLeast: Self.chunkSize)
            try await noteNowAndThen(&file)
        }
        try parser.finish(into: &file.records)
        try file.records.check()
        try await store(&file, atLeast: 1)
        // The database, too, may have refused a record: one more category, a total out of range.
        try file.records.check()
    }

    /// Stores what is valid so far, unless a record was bad: then there is no more to store.
    private func store(_ file: inout File, atLeast minimum: Int) async throws {
        guard file.records.records.points.count >= minimum else { return }
        let chunk = file.records.handOn()
        let time = now()
        do {
            try await imports.append(chunk.points, to: key, progress: file.progress, now: time)
        } catch let error as ValidationError {
            file.records.refuse(error, of: chunk)
        }
        file.notedAt = time
    }

    /// Tells everybody how far a file is that arrives slowly, or of which nothing is stored any more.
    private func noteNowAndThen(_ file: inout File) async throws {
        guard now().milliseconds - file.notedAt.milliseconds >= Self.noteAfterMilliseconds else { return }
        try await store(&file, atLeast: 1)
        file.notedAt = now()
        try await imports.note(file.progress, of: key, now: file.notedAt)
    }

    private func fail(_ error: any Error, _ progress: ImportProgress) async {
        do {
            try await imports.fail(key, Self.reason(of: error), progress: progress, now: now())
        } catch {
            logger.error(
                "An import could not be ended; it is done later",
                metadata: ["import": "\(key.id)", "error": "\(error)"])
        }
        await settle()
    }

    /// Removes what the import does not need any more.
    private func settle() async {
        do {
            try await imports.settle(key, now: now)
        } catch {
            logger.error(
                "What an import left behind could not be removed; it is done later",
                metadata: ["import": "\(key.id)", "error": "\(error)"])
        }
    }

    /// Why an import failed, for people.
    private static func reason(of error: any Error) -> String {
        switch error {
        case let error as ValidationError: error.summary
        case let error as APIError: error.message
        case let error as QuotaExceeded: error.sentence
        case let error as StoreError where error.code == .unavailable: APIError.unavailable.message
        default: "The server could not go on with the import. Send the file again."
        }
    }
}

extension ImportFormat {
    /// How its records are read.
    var records: RecordFormat {
        switch self {
        case .csv: .csv
        case .ndjson: .ndjson
        }
    }
}
