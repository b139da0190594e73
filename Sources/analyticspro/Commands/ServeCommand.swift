import AnalyticsJobs
import AnalyticsServer
import AnalyticsStore
import ArgumentParser
import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// `analyticspro serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start the server.",
        discussion: """
            It prints "Listening on URL" when it is ready for requests, and ends on SIGTERM or Ctrl-C once the requests \
            in flight are answered. Flags come before the variables named in brackets, those before the file of \
            --config, that before the defaults.
            """)

    @OptionGroup var options: ServeOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "Print each setting, its value and where it comes from, and end. Passwords are not printed.")
    var printSettings = false

    func run() async throws {
        let common = try await common.read(options.flags)
        let settings = try ServeSettings(common.reader)
        guard common.passwordCost == .standard || settings.isLoopback else {
            throw CommandFailure("PASSWORD_COST is for tests only, so the server must listen on 127.0.0.1. Unset it.")
        }
        if printSettings {
            try SettingsListing(reader: common.reader).lines().forEach(printNow)
            return
        }
        let logger = common.logger(default: .info)
        let exposed = try common.reader.exposedSecrets([
            Settings.database.entry, Settings.smtpURL.entry, Settings.secretsKey.entry,
        ])
        for sentence in exposed { logger.warning("\(sentence)") }
        let keyring = try await common.secrets.keyringForServing { try await Self.hasSealedSecrets(common.database) }
        if !keyring.canSeal {
            logger.warning(
                "There is no key to seal secrets with, so new webhooks, Slack channels and embeds are refused: set SECRETS_KEY_FILE"
            )
        }
        OpenFiles.raiseLimit()
        do {
            let opened = try await OpenDatabase(
                common.database, connections: settings.databaseConnections, isServing: true, keyring: keyring)
            guard let opened else {
                throw CommandFailure(
                    "The database \(common.database) is in use by another process. Is a server running already?")
            }
            try await serve(settings, opened, common, keyring, logger: logger)
            try await opened.close()
        } catch let error as StoreError {
            throw CommandFailure(sentence: error.reason)
        }
    }

    private func serve(
        _ settings: ServeSettings, _ opened: OpenDatabase, _ common: CommonSettings, _ keyring: SecretKeyring,
        logger: Logger
    ) async throws {
        let publicURL = PublicURL(settings.publicURL ?? Self.url(host: settings.host, port: settings.port))
        let composition = try await Composition(
            opened, publicURL: publicURL, settings: settings.api, mail: settings.mail, reachable: settings.reachable,
            reportRetention: settings.reportRetention, alertRetention: settings.alertRetention,
            auditRetention: settings.auditRetention, diskReserve: settings.diskReserve,
            passwordCost: common.passwordCost, logger: logger)
        try await Self.seal(SecretStore(database: opened.database, keyring: keyring), logger)
        let isNew = try await composition.workspaces.first(1).isEmpty
        let (commandsAreServed, commands) = AsyncStream.makeStream(of: Void.self)
        let application = composition.api.application(
            address: .hostname(settings.host, port: settings.port), logger: logger
        ) { channel in
            for await _ in commandsAreServed {}
            let url = Self.url(host: settings.host, port: channel.localAddress?.port ?? settings.port)
            if settings.publicURL == nil { publicURL.set(url) }
            printNow("Listening on \(url)")
            printError(Self.firstRequest(url: url, isNew: isNew))
        }
        var services: [any Service] = [
            JobRunner(jobs: composition.jobs, logger: logger), composition.deliveries,
        ]
        var socket: OperatorSocket?
        // Into a database that several processes may write to commands need no help.
        if case .sqlite(let path) = common.database {
            let beside = try OperatorSocket(besideDatabaseAt: path)
            services.append(
                composition.api.operatorApplication(
                    address: .unixDomainSocket(path: beside.path), logger: logger, onRunning: { _ in commands.finish() }
                ))
            socket = beside
        } else {
            commands.finish()
        }
        // They stop in the opposite order: clients first, then commands, then jobs, which write what is left.
        services.append(application)
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw CommandFailure("The server cannot listen on \(settings.host):\(settings.port): \(error)")
        }
        withExtendedLifetime(socket) {}
    }

    /// Whether a database has secrets that were sealed.
    private static func hasSealedSecrets(_ location: DatabaseLocation) async throws -> Bool {
        if case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) { return false }
        do {
            guard let opened = try await OpenDatabase(location) else { return false }
            let hasSealed = try await SecretStore(database: opened.database, keyring: .empty).hasSealed()
            try await opened.close()
            return hasSealed
        } catch let error as StoreError {
            throw CommandFailure(sentence: error.reason)
        }
    }

    /// Seals what was kept before there was a key, and names what no key here opens.
    private static func seal(_ secrets: SecretStore, _ logger: Logger) async throws {
        let result = try await secrets.sealAll()
        if result.sealed > 0 { logger.info("Secrets were sealed", metadata: ["count": "\(result.sealed)"]) }
        for secret in result.unreadable.prefix(100) {
            logger.error(
                "No key here opens a secret; what needs it waits until the key is back",
                metadata: ["secret": "\(secret.owner)", "key": "\(secret.keyID)"])
        }
    }

    private static func url(host: String, port: Int) -> String {
        host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }

    /// What somebody can try who just started a server.
    private static func firstRequest(url: String, isNew: Bool) -> String {
        guard isNew else { return "Open \(url) in a browser." }
        return """
            There is no account yet. Open \(url)/register in a browser, or try:
              curl -s \(url)/api/v1/auth/register -H 'Content-Type: application/json' -d '{"name": "Ada Lovelace", \
            "email": "ada@example.com", "password": "correct horse", "password_confirmation": "correct horse"}'
            """
    }
}
