import ArgumentParser

/// `analyticspro token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Manage tokens.", subcommands: [Create.self])

    /// `analyticspro token create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token and print it, once.",
            discussion: "The token alone goes to standard output, so that a script can keep it in a variable.")

        @Option(help: ArgumentHelp("Whose token it is.", valueName: "address"))
        var email: String

        @Option(help: "What the token is called.")
        var name = "cli"

        @Option(
            name: .customLong("scope"),
            help: ArgumentHelp(
                "A permission that it may be used for, again for more; all without.", valueName: "permission"))
        var scopes: [String] = []

        @Option(help: ArgumentHelp("After how many days it is refused; never without.", valueName: "days"))
        var expiresInDays: Int?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await common.read()
            var body = ["email": email, "name": name]
            if !scopes.isEmpty { body["scopes"] = scopes.joined(separator: " ") }
            body["expires_in_days"] = expiresInDays.map { String($0) }
            let token = try await OperatorConnection.use(settings) { [body] client in
                try await client.post("/operator/tokens", body)["token"] as? String ?? ""
            }
            printNow(token)
        }
    }
}
