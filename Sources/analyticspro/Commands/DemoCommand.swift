import ArgumentParser

/// `analyticspro demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Make a workspace with 90 days of plausible data, and a user to look at it.",
        discussion: "The same seed gives the same figures. The user's password is of chance and printed once.")

    @Option(help: ArgumentHelp("How the user logs in.", valueName: "address"))
    var email = "demo@example.com"

    @Option(help: "Where chance begins.")
    var seed = 1

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await common.read()
        let body = ["email": email, "seed": String(seed)]
        let lines = try await OperatorConnection.use(settings) { client in
            let data = try await client.post("/operator/demo", body)
            return [
                "Made the workspace \"\(data["workspace"] ?? "")\" with \(data["accepted"] ?? 0) data points.",
                "Email: \(data["email"] ?? "")",
                "Password: \(data["password"] ?? "")",
            ]
        }
        lines.forEach(printNow)
    }
}
