import ArgumentParser

/// `analyticspro user`.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Manage accounts.", subcommands: [Create.self])

    /// `analyticspro user create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account.",
            discussion: "Without --workspace it gets a workspace of its own. Without --password-stdin it gets a "
                + "password of chance, which is printed once.")

        @Option(help: "What the person is called.")
        var name: String

        @Option(help: ArgumentHelp("How the person logs in.", valueName: "address"))
        var email: String

        @Option(help: "admin, manager, analyst or viewer.")
        var role = "admin"

        @Option(help: ArgumentHelp("The workspace to join, by its id or exact name.", valueName: "id|name"))
        var workspace: String?

        @Option(help: ArgumentHelp("What a workspace of its own is called.", valueName: "name"))
        var newWorkspace: String?

        @Flag(help: "Read the password from the first line of standard input.")
        var passwordStdin = false

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await common.read()
            var body = ["name": name, "email": email, "role": role]
            body["workspace"] = workspace
            body["new_workspace"] = newWorkspace
            if passwordStdin {
                guard let password = readLine(strippingNewline: true) else {
                    throw CommandFailure("Standard input has no line with the password.")
                }
                body["password"] = password
            }
            let lines = try await OperatorConnection.use(settings) { [body] client in
                let data = try await client.post("/operator/users", body)
                let user = data["user"] as? [String: Any] ?? [:]
                let workspace = user["workspace"] as? [String: Any] ?? [:]
                var lines = [
                    "Made the account \(user["email"] ?? "") (\(user["role"] ?? "")) in the workspace "
                        + "\"\(workspace["name"] ?? "")\" (id \(workspace["id"] ?? ""))."
                ]
                if let password = data["password"] as? String { lines.append("Password: \(password)") }
                return lines
            }
            lines.forEach(printNow)
        }
    }
}
