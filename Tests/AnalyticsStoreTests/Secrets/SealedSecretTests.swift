import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

/// Secrets in a database that is opened with keys, and then with others.
@Suite(.timeLimit(.patient)) struct SealedSecretTests {
    private static let former = SecretKeyring.Key()
    private static let current = SecretKeyring.Key()

    private func channel(_ target: ChannelTarget) -> NewAlertChannel {
        NewAlertChannel(name: "Hook", target: target, severities: Severity.allCases, isActive: true)
    }

    private func url(_ text: String) throws -> WebhookURL {
        try #require(WebhookURL(trusted: text))
    }

    /// The texts that the columns of secrets hold.
    private func kept(_ database: any Database) async throws -> [String] {
        try await database.texts("SELECT target FROM channel WHERE kind = 'slack' ORDER BY id")
            + database.texts("SELECT secret FROM channel WHERE secret IS NOT NULL ORDER BY id")
            + database.texts("SELECT COALESCE(former_secret, '') FROM channel WHERE secret IS NOT NULL ORDER BY id")
            + database.texts("SELECT COALESCE(sealed_key, '') FROM embed ORDER BY id")
    }

    @Test("what was kept as it was is sealed, opens again, and is sealed anew with another key")
    func sealing() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/test.sqlite"
            let slack = try url("https://hooks.slack.com/services/T0/B0/secret")
            let plain = try SQLiteDatabase(path: path)
            try await Migrator(database: plain).migrate(now: .t0)
            let id = try await AccountStore(database: plain).fixture().workspace.id
            let stores = ChannelStore(database: plain)
            _ = try await stores.create(channel(.slack(slack)), workspaceID: id, by: .ada, now: .t0)
            let made = try await stores.create(
                channel(.webhook(try url("https://example.com/hook"))), workspaceID: id, by: .ada, now: .t0)
            let rotated = try await stores.rotateSecret(
                of: try #require(made.value).channel.id, workspaceID: id, by: .ada, now: .t0)
            let embed = try #require(
                try await EmbedStore(database: plain).create(
                    .init(name: "Chart", metric: .revenue), workspaceID: id, by: .ada, now: .t0
                ).value)
            #expect(try await kept(plain).contains { $0.hasPrefix("https://hooks.slack.com/") })
            try await plain.close()

            var texts: [[String]] = []
            for keys in [[Self.former], [Self.current, Self.former], [Self.current]] {
                let keyring = SecretKeyring(keys)
                let database = try SQLiteDatabase(path: path, keyring: keyring)
                let result = try await SecretStore(database: database, keyring: keyring).sealAll()
                #expect(result.unreadable.isEmpty)
                #expect(result.sealed == (keys == [Self.current] ? 0 : 4))
                texts.append(try await kept(database))
                #expect(texts.last?.allSatisfy { $0.hasPrefix("sealed:\(keys[0].id):") } == true)
                let channels = try await ChannelStore(database: database)
                    .list(ListSlice(.offset(0), limit: 10), workspaceID: id).items
                #expect(channels.map(\.definition.target).contains(.slack(slack)))
                let found = try #require(try await EmbedStore(database: database).embed(embed.id, workspaceID: id))
                #expect(found.embed.key == embed.key)
                #expect(try await database.integer("SELECT SUM(length(signing_key)) FROM embed") == 32)
                try await database.close()
            }
            #expect(texts[0] != texts[1])
            #expect(texts[1] == texts[2])
            #expect(rotated.value?.secret != made.value?.secret)
        }
    }

    @Test("without the key all else works: a delivery waits, an embed's link is none, and each secret is named")
    func withoutKey() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/test.sqlite"
            let sealing = try SQLiteDatabase(path: path, keyring: SecretKeyring([Self.former]))
            try await Migrator(database: sealing).migrate(now: .t0)
            let id = try await AccountStore(database: sealing).fixture().workspace.id
            _ = try await ChannelStore(database: sealing).create(
                channel(.slack(try url("https://hooks.slack.com/services/T0/B0/secret"))), workspaceID: id, by: .ada,
                now: .t0)
            let embed = try #require(
                try await EmbedStore(database: sealing).create(
                    .init(name: "Chart", metric: .revenue), workspaceID: id, by: .ada, now: .t0
                ).value)
            try await AlertRuleStore(database: sealing).fixture(workspaceID: id)
            try await sealing.close()

            let keyring = SecretKeyring([])
            let database = try SQLiteDatabase(path: path, keyring: keyring)
            let result = try await SecretStore(database: database, keyring: keyring).sealAll()
            let workspace = TestWorkspace(database, id: id)
            try await workspace.raise(.fixture(.revenue, "1"))
            let taken = try await database.read { try $0.takenDelivery(1, workspaceID: id, now: .t0) }
            let found = try await EmbedStore(database: database).embed(embed.id, workspaceID: id)

            #expect(
                result.unreadable.map(\.owner) == ["channel \(id)/1 target", "embed \(id)/\(embed.id) key"])
            #expect(result.unreadable.allSatisfy { $0.keyID == Self.former.id })
            guard case .later(let reason, _) = taken?.recipient else {
                Issue.record("the delivery goes to \(String(describing: taken?.recipient))")
                return
            }
            #expect(reason.contains("no key"))
            #expect(found?.embed.key != embed.key)
            await #expect(throws: SealingUnavailable.self) {
                try await ChannelStore(database: database).create(
                    channel(.webhook(try url("https://example.com/hook"))), workspaceID: id, by: .ada, now: .t0)
            }
            try await database.close()
        }
    }

    @Test("a former secret goes when its day is over", arguments: TestDatabase.engines)
    func forgetting(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let id = try await AccountStore(database: database).fixture().workspace.id
            let stores = ChannelStore(database: database)
            let made = try #require(
                try await stores.create(
                    channel(.webhook(try url("https://example.com/hook"))), workspaceID: id, by: .ada, now: .t0
                ).value)
            _ = try await stores.rotateSecret(of: made.channel.id, workspaceID: id, by: .ada, now: .t0)
            let secrets = SecretStore(database: database, keyring: .empty)
            let count: SQL = "SELECT COUNT(*) FROM channel WHERE former_secret IS NOT NULL"

            try await secrets.forgetFormer(now: Instant.t0.advanced(bySeconds: WebhookSecret.overlapSeconds - 1))
            let before = try await database.integer(count)
            try await secrets.forgetFormer(now: Instant.t0.advanced(bySeconds: WebhookSecret.overlapSeconds))

            #expect(before == 1)
            #expect(try await database.integer(count) == 0)
        }
    }
}
