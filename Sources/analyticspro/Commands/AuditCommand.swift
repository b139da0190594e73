import ArgumentParser

/// `analyticspro audit`.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check the audit log.", subcommands: [Verify.self])

    /// `analyticspro audit verify`.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that no entry of the audit log was changed, removed or moved.",
            discussion: """
                Each entry has a hash over itself and the one before. A line for each workspace says which entries are \
                there and the hash of the last, or the first entry that is not what it was; the command then ends with 1. \
                Keep the lines elsewhere: who can write to the database can make all hashes anew, but not those that you \
                have.
                """)

        @Option(help: ArgumentHelp("Only this workspace, by its id or exact name.", valueName: "id|name"))
        var workspace: String?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await common.read()
            let faults = try await OperatorConnection.use(settings) { [workspace] client in
                var faults = 0
                var after = "0"
                while true {
                    let body = workspace.map { ["workspace": $0] } ?? ["after": after]
                    let checked = try await client.post("/operator/audit/verify", body)
                    guard let id = checked["workspace"] as? String else { return faults }
                    printNow("Workspace \(id) \"\(checked["name"] ?? "")\": \(Self.finding(checked))")
                    if checked["fault"] is String { faults += 1 }
                    if workspace != nil { return faults }
                    after = id
                }
            }
            if faults > 0 { throw CommandFailure("The audit log is not what it was.") }
        }

        private static func finding(_ checked: [String: Any]) -> String {
            if let fault = checked["fault"] as? String { return "\(fault)." }
            guard let first = checked["first"] as? Int, let last = checked["last"] as? Int,
                let hash = checked["hash"] as? String
            else { return "was removed meanwhile." }
            return last < first
                ? "no entries; the last hash is \(hash)."
                : "entries \(first) to \(last) are whole, the last hash is \(hash)."
        }
    }
}
