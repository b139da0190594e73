import ArgumentParser
import Foundation

/// The program: one subcommand a task.
@main
struct AnalyticsPro: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyticspro",
        abstract: "A backend for a business's key figures.",
        discussion: """
            Settings come from flags, then the environment, then the file of --config, then defaults. \
            `analyticspro serve --help` lists them all.
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, MigrateCommand.self, UserCommand.self, TokenCommand.self, ImportCommand.self,
            DemoCommand.self, CopyCommand.self, SecretsCommand.self, AuditCommand.self,
        ])

    static func main() async {
        // The database, its log and the operator's socket are nobody's business but the operator's.
        umask(0o077)
        // A client that goes away is an error of that connection, not a reason to end.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
            end(.success)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if !message.isEmpty { if code.isSuccess { printNow(message) } else { printError(message) } }
            end(code)
        }
    }

    /// Ends the program without the cleaning up of its libraries: a thread that is connecting to PostgreSQL meanwhile would
    /// find OpenSSL taken down under it, and crash.
    private static func end(_ code: ExitCode) -> Never {
        fflush(nil)
        _exit(code.rawValue)
    }
}

/// Why a command did not do what it was asked: one line for the person at the terminal.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Writes a line to standard output at once, even where that is a file or a pipe.
func printNow(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// Writes a line to standard error.
func printError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
