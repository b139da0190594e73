import AnalyticsCore
import AnalyticsServer
import ArgumentParser
import Foundation
import NIOCore

/// `analyticspro import`.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import data points from a CSV or NDJSON file of any size.",
        discussion: """
            The first line of CSV names the columns: metric_type and value, and any of recorded_at (2026-11-23, today \
            where empty), category and source. NDJSON has an object with such members on each line. Where a single line \
            is bad nothing is stored. It goes into the database of --database, whether a server runs or not, or with \
            --url to a server elsewhere.
            """)

    @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "Where the points go, by its id or exact name; not needed where there is only one.", valueName: "id|name"))
    var workspace: String?

    @Option(help: "What the import is called; like the file unless given.")
    var name: String?

    @Option(
        help: ArgumentHelp("csv or ndjson; by the file's ending unless given, else csv.", valueName: "csv|ndjson"))
    var format: String?

    @Flag(help: "Only check the file, and store nothing.")
    var dryRun = false

    @Flag(help: "Move all days by as many as it takes for the file's last to be today.")
    var shiftToToday = false

    @Option(
        help: ArgumentHelp("A server to send the file to, as http://127.0.0.1:8080.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "A token of that server, whose workspace the points go to (or ANALYTICSPRO_TOKEN, which others on the "
                + "machine do not see).", valueName: "token"))
    var token: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await common.read()
        let file = ImportFile(path: file, format: try ImportFile.format(named: format, ofFile: file))
        let lastDay = shiftToToday ? try await file.lastDay() : nil
        let progress = ProgressReport(total: try file.pieces.length)
        let outcome: Outcome
        if let url {
            outcome = try await send(file, to: url, token: try remoteToken(), lastDay: lastDay, progress)
        } else {
            guard token == nil else { throw CommandFailure("A --token is of use only with the --url of its server.") }
            outcome = try await store(file, settings, lastDay: lastDay, progress)
        }
        await progress.finish()
        printNow(outcome.text(isDryRun: dryRun))
    }

    /// What became of the import.
    private struct Outcome {
        let id: Int
        let recordCount: Int
        let workspace: String

        init(_ data: [String: Any], workspace: String) {
            id = data["id"] as? Int ?? 0
            recordCount = data["record_count"] as? Int ?? 0
            self.workspace = workspace
        }

        func text(isDryRun: Bool) -> String {
            let count = ProgressReport.grouped(recordCount)
            return isDryRun
                ? "\(count) data points could be imported into the workspace \"\(workspace)\". Nothing was stored."
                : "Imported \(count) data points into the workspace \"\(workspace)\", as import \(id)."
        }
    }

    /// Into the database, through the process that holds it.
    private func store(
        _ file: ImportFile, _ settings: CommonSettings, lastDay: Day?, _ progress: ProgressReport
    ) async throws -> Outcome {
        let path = Self.address(
            "/operator/import",
            [
                "workspace": workspace, "name": name ?? file.name, "format": file.format.rawValue,
                "dry_run": dryRun ? "1" : nil, "last_day": lastDay?.description,
            ])
        let pieces = try file.pieces
        return try await OperatorConnection.use(settings) { client in
            let data = try await client.put(path, pieces.watched(by: progress), length: pieces.length)
            return Outcome(data, workspace: data["workspace"] as? String ?? "")
        }
    }

    /// To a server elsewhere, as any client of its API.
    private func send(
        _ file: ImportFile, to url: String, token: String, lastDay: Day?, _ progress: ProgressReport
    ) async throws -> Outcome {
        guard workspace == nil else {
            throw CommandFailure("With --url the points go into the token's workspace: leave --workspace out.")
        }
        let pieces = try file.pieces
        return try await RemoteServer.use(url: url, token: token) { server in
            let user = try await server.get("/api/v1/auth/me")
            let made = try await server.post(
                "/api/v1/analytics/imports",
                ["name": name ?? file.name, "format": file.format.rawValue, "dry_run": dryRun])
            let path = Self.address(
                "/api/v1/analytics/imports/\(made["id"] as? Int ?? 0)/content", ["last_day": lastDay?.description])
            let data = try await server.put(path, pieces.watched(by: progress), length: pieces.length)
            let workspace = user["workspace"] as? [String: Any]
            return Outcome(data, workspace: workspace?["name"] as? String ?? "")
        }
    }

    private func remoteToken() throws -> String {
        if let token { return token }
        if let token = ProcessInfo.processInfo.environment["ANALYTICSPRO_TOKEN"], !token.isEmpty { return token }
        throw CommandFailure("With --url a token of the server is needed: --token or ANALYTICSPRO_TOKEN.")
    }

    /// A path with the fields of a query that are there.
    private static func address(_ path: String, _ fields: KeyValuePairs<String, String?>) -> String {
        var address = URLComponents()
        address.path = path
        let items = fields.compactMap { field in field.value.map { URLQueryItem(name: field.key, value: $0) } }
        address.queryItems = items.isEmpty ? nil : items
        // A plus sign in a query stands for a space.
        address.percentEncodedQuery = address.percentEncodedQuery?.replacing("+", with: "%2B")
        return address.string ?? path
    }
}
