import AnalyticsStore
import Foundation

/// Where the key is that seals secrets: in a file, in a setting, or nowhere yet.
struct SecretsKey {
    /// The file that has it, or is to have it; nil where the setting has it, or where none was named.
    let path: String?
    /// Whether the file is the one beside a SQLite file, which the program makes.
    private let isBesideDatabase: Bool
    private let given: [SecretKeyring.Key]

    /// - Throws: ``CommandFailure`` where both the key and its file are set.
    init(_ reader: SettingsReader, database: DatabaseLocation) throws {
        given = try reader.value(Settings.secretsKey)
        let named = try reader.value(Settings.secretsKeyFile)
        guard given.isEmpty || named == nil else {
            throw CommandFailure("SECRETS_KEY and SECRETS_KEY_FILE must not both be set.")
        }
        if given.isEmpty, named == nil, case .sqlite(let database) = database {
            path = database + ".key"
            isBesideDatabase = true
        } else {
            path = named
            isBesideDatabase = false
        }
    }

    /// The keys that there are.
    ///
    /// - Throws: ``CommandFailure`` where the file cannot be read or has anything else; the one beside a SQLite file may be
    ///   missing.
    func keyring() throws -> SecretKeyring {
        guard given.isEmpty, let path else { return SecretKeyring(given) }
        if isBesideDatabase, !FileManager.default.fileExists(atPath: path) { return SecretKeyring([]) }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure("The file of the secrets' key, \(path), cannot be read.")
        }
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
        let keys = lines.compactMap { SecretKeyring.Key(base64: $0) }
        guard !keys.isEmpty, keys.count == lines.count else {
            throw CommandFailure("The file of the secrets' key, \(path), must have a key of 32 bytes in base64 a line.")
        }
        return SecretKeyring(keys)
    }

    /// The keys that there are; the file beside a SQLite file is made where it is missing.
    ///
    /// - Parameter hasSealed: Whether the database has secrets that another key sealed: that one must come back.
    func keyringForServing(unless hasSealed: () async throws -> Bool) async throws -> SecretKeyring {
        let keyring = try keyring()
        guard !keyring.canSeal, isBesideDatabase, try await !hasSealed() else { return keyring }
        try write([.init()])
        return try self.keyring()
    }

    /// Writes the file, which its owner alone may read, as a whole or not at all.
    func write(_ keys: [SecretKeyring.Key]) throws {
        guard let path else { throw CommandFailure("There is no file of the secrets' key. Set SECRETS_KEY_FILE.") }
        let text =
            "# Seals secrets in the database of analyticspro. Whoever has both can read them: keep this out of backups.\n"
            + keys.map { $0.base64 + "\n" }.joined()
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // The program's umask keeps others out from the first byte on.
            let url = URL(fileURLWithPath: path)
            try Data(text.utf8).write(to: url, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            // On disk before anything is sealed with it; then its name in the folder.
            let file = try FileHandle(forUpdating: url)
            try file.synchronize()
            try file.close()
            let folder = open(folder.path, O_RDONLY | O_DIRECTORY)
            if folder >= 0 {
                fsync(folder)
                close(folder)
            }
        } catch {
            throw CommandFailure(
                "The file of the secrets' key, \(path), cannot be written: \(error.localizedDescription)")
        }
    }
}
