import AnalyticsStore
import ArgumentParser

/// `analyticspro secrets`.
struct SecretsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets", abstract: "Manage the key that seals secrets.", subcommands: [Rotate.self])

    /// `analyticspro secrets rotate`.
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal all secrets with a new key.",
            discussion: """
                A new key is added to the file of SECRETS_KEY_FILE, all secrets are sealed with it, and the former keys are \
                removed from the file. Stop all servers first. A rotation that was cut off is repeated with the same \
                command. With SECRETS_KEY everything is sealed with the first of its keys.
                """)

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await common.read()
            let former = try settings.secrets.keyring()
            let isFile = settings.secrets.path != nil
            let keyring = isFile ? SecretKeyring([SecretKeyring.Key()] + former.keys) : former
            guard let current = keyring.keys.first else {
                throw CommandFailure("There is no key. Set SECRETS_KEY_FILE, or SECRETS_KEY.")
            }
            do {
                guard let opened = try await OpenDatabase(settings.database, keyring: keyring) else {
                    throw CommandFailure("The database \(settings.database) is in use. Stop the server first.")
                }
                // Written before anything is sealed with a key that would be lost otherwise.
                if isFile { try settings.secrets.write(keyring.keys) }
                try await Migrator(database: opened.database).migrate(now: Composition.now())
                let result = try await SecretStore(database: opened.database, keyring: keyring).sealAll()
                try await opened.close()
                for secret in result.unreadable {
                    printError("No key here opens the \(secret.owner), which was sealed with the key \(secret.keyID).")
                }
                if result.unreadable.isEmpty, isFile { try settings.secrets.write([current]) }
                printNow("Sealed \(result.sealed) secrets with the key \(current.id).")
            } catch let error as StoreError {
                throw CommandFailure(sentence: error.reason)
            }
        }
    }
}
