extension Migration {
    /// Keys of embeds that are sealed; the column of the plain one has a random key then, with which no link was signed.
    static let sealedSecrets = Migration(version: 17, name: "sealed secrets") { dialect in
        ["ALTER TABLE embed ADD COLUMN sealed_key \(dialect.text)"]
    }
}
