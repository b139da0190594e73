import AnalyticsCore
import AnalyticsServer
import ArgumentParser
import Foundation
import NIOCore

/// `analyticspro import`.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import data points from a CSV file of any size.",
        discussion: """
            The first line names the columns: metric_type and value, and any of recorded_at (2026-11-23, today where \
            empty), category and source. Where a single line is bad nothing is stored. A server may be running.
            """)

    @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file.csv"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "Where the points go, by its id or exact name; not needed where there is only one.", valueName: "id|name"))
    var workspace: String?

    @Flag(help: "Move all days by as many as it takes for the file's last to be today.")
    var shiftToToday = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await common.read()
        var query: [URLQueryItem] = []
        if let workspace { query.append(URLQueryItem(name: "workspace", value: workspace)) }
        if shiftToToday, let lastDay = try await lastDay() {
            query.append(URLQueryItem(name: "last_day", value: lastDay.description))
        }
        var address = URLComponents()
        address.path = "/operator/import"
        address.queryItems = query.isEmpty ? nil : query
        // A plus sign in a query stands for a space.
        address.percentEncodedQuery = address.percentEncodedQuery?.replacing("+", with: "%2B")

        let pieces = try FilePieces(path: file)
        let progress = ProgressReport(total: pieces.length)
        let path = address.string ?? address.path
        let (count, name) = try await OperatorConnection.use(settings) { client in
            let data = try await client.put(path, pieces.watched(by: progress), length: pieces.length)
            return (data["accepted"] as? Int ?? 0, data["workspace"] as? String ?? "")
        }
        await progress.finish()
        printNow("Imported \(ProgressReport.grouped(count)) data points into the workspace \"\(name)\".")
    }

    /// The latest day of the file, nil where it has none.
    private func lastDay() async throws -> Day? {
        guard file != "-" else {
            throw CommandFailure("--shift-to-today reads the file twice, which standard input cannot be.")
        }
        var scan = LastDayScan()
        for try await piece in try FilePieces(path: file) {
            try scan.read(piece.readableBytesView)
        }
        return try scan.finish()
    }
}
