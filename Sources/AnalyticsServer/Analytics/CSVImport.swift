import AnalyticsCore
import AnalyticsStore
import Hummingbird
import Logging
import NIOCore

/// Imports a CSV file as it arrives: all of it, or nothing where a single line is bad.
struct CSVImport {
    let imports: ImportStore
    let workspace: Workspace
    let now: @Sendable () -> Instant
    let logger: Logger

    /// How many points one transaction stores.
    private static let chunkSize = 4_096

    /// Reads a file to its end and makes its points visible together.
    ///
    /// - Parameters:
    ///   - body: The file.
    ///   - lastDay: The file's last day, if that is to become today and every other day to move with it.
    /// - Returns: How many points there are.
    /// - Throws: ``ValidationError`` with fields such as `lines.17.value`, at most a hundred; nothing is stored then.
    func run(_ body: RequestBody, lastDay: Day?) async throws -> Int {
        let dataImport = try await imports.begin(workspaceID: workspace.id, now: now())
        do {
            return try await read(body, into: dataImport, lastDay: lastDay)
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

    private func read(_ body: RequestBody, into dataImport: DataImport, lastDay: Day?) async throws -> Int {
        var reader = CSVReader()
        var lines = LineValidator(today: Day(of: now(), in: workspace.timeZone), lastDay: lastDay)
        do {
            for try await buffer in body {
                try reader.read(buffer.readableBytesView) { lines.read($0) }
                try await store(&lines, into: dataImport, atLeast: Self.chunkSize)
            }
            try reader.finish { lines.read($0) }
        } catch let error as CSVReader.Malformed {
            lines.refuse(.init(field: "lines.\(error.line)", code: .unknown, message: error.reason))
        }
        try lines.check()
        try await store(&lines, into: dataImport, atLeast: 1)
        // The database, too, may have refused a line: one more category, a total out of range.
        try lines.check()
        return try await imports.complete(dataImport)
    }

    /// Stores what is valid so far, unless a line was bad: then there is no more to store.
    private func store(
        _ lines: inout LineValidator, into dataImport: DataImport, atLeast minimum: Int
    ) async throws {
        while lines.isValid, lines.waiting >= minimum {
            let chunk = lines.take(Self.chunkSize)
            do {
                try await imports.append(chunk.map(\.point), to: dataImport, now: now())
            } catch let error as ValidationError {
                for issue in error.issues { lines.refuse(issue.moved(to: chunk)) }
            }
        }
    }
}

/// A point with the line on which it stands.
private struct Line {
    let number: Int
    let point: NewPoint
}

/// Makes points of records and gathers what is wrong with them.
private struct LineValidator {
    private let today: Day
    private let lastDay: Day?
    private var columns: PointColumns?
    private var lines: [Line] = []
    private var issues: [ValidationError.Issue] = []
    private var unlistedIssues = 0
    private var hasRecord = false

    private static let mostIssues = 100

    init(today: Day, lastDay: Day?) {
        self.today = today
        self.lastDay = lastDay
    }

    var isValid: Bool { issues.isEmpty }
    var waiting: Int { lines.count }

    mutating func take(_ count: Int) -> [Line] {
        defer { lines.removeFirst(min(count, lines.count)) }
        return Array(lines.prefix(count))
    }

    mutating func refuse(_ issue: ValidationError.Issue) {
        if issues.count < Self.mostIssues { issues.append(issue) } else { unlistedIssues += 1 }
        lines = []
    }

    mutating func read(_ record: CSVReader.Record) {
        // Under a header that says nothing every line would be wrong.
        if columns == nil, !isValid { return }
        do throws(ValidationError) {
            guard let columns else {
                columns = try PointColumns(header: record)
                return
            }
            hasRecord = true
            let point = try NewPoint(
                validating: try columns.fields(record), today: today, lastDay: lastDay,
                prefix: "lines.\(record.line).")
            if isValid { lines.append(Line(number: record.line, point: point)) }
        } catch {
            for issue in error.issues { refuse(issue) }
        }
    }

    func check() throws(ValidationError) {
        var issues = issues
        if issues.isEmpty, !hasRecord {
            issues.append(.init(field: "lines.1", code: .required, message: "The file has no data."))
        }
        if unlistedIssues > 0 {
            issues.append(
                .init(field: "lines", code: .limit, message: "There are \(unlistedIssues) more faults."))
        }
        guard issues.isEmpty else { throw ValidationError(issues: issues) }
    }
}

extension ValidationError.Issue {
    /// The same fault under the line on which the point stands that it names: `records.3.value` becomes
    /// `lines.17.value`.
    fileprivate func moved(to chunk: [Line]) -> ValidationError.Issue {
        let parts = field.split(separator: ".")
        guard parts.count == 3, let index = Int(parts[1]), chunk.indices.contains(index) else { return self }
        return .init(field: "lines.\(chunk[index].number).\(parts[2])", code: code, message: message)
    }
}
