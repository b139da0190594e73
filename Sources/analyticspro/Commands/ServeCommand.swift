import AnalyticsJobs
import AnalyticsServer
import AnalyticsStore
import ArgumentParser
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

    func run() async throws {
        let common = try await common.read()
        let settings = try ServeSettings(options, reader: common.reader)
        let logger = common.logger(default: .info)
        try common.database.makeFolder()
        do {
            guard let lock = try DatabaseLock(databaseAt: common.database.path) else {
                throw CommandFailure(
                    "The database \(common.database.path) is in use by another process. Is a server running already?")
            }
            try await serve(settings, common: common, logger: logger)
            withExtendedLifetime(lock) {}
        } catch let error as StoreError {
            throw CommandFailure(error.reason)
        }
    }

    private func serve(_ settings: ServeSettings, common: CommonSettings, logger: Logger) async throws {
        let publicURL = PublicURL(settings.publicURL ?? Self.url(host: settings.host, port: settings.port))
        let composition = try await Composition(
            location: common.database, publicURL: publicURL, settings: settings.api, logger: logger)
        let socket = try OperatorSocket(beside: common.database)
        let isNew = try await composition.workspaces.first(1).isEmpty
        let application = composition.api.application(
            address: .hostname(settings.host, port: settings.port), logger: logger
        ) { channel in
            let url = Self.url(host: settings.host, port: channel.localAddress?.port ?? settings.port)
            if settings.publicURL == nil { publicURL.set(url) }
            printNow("Listening on \(url)")
            printError(Self.firstRequest(url: url, isNew: isNew))
        }
        let operatorApplication = composition.api.operatorApplication(
            address: .unixDomainSocket(path: socket.path), logger: logger)
        // They stop in the opposite order: clients first, then commands, then jobs, which write what is left.
        var configuration = ServiceGroupConfiguration(
            services: [JobRunner(jobs: composition.jobs, logger: logger), operatorApplication, application],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw CommandFailure("The server cannot listen on \(settings.host):\(settings.port): \(error)")
        }
        try await composition.close()
        withExtendedLifetime(socket) {}
    }

    private static func url(host: String, port: Int) -> String {
        host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }

    /// What somebody can try who just started a server.
    private static func firstRequest(url: String, isNew: Bool) -> String {
        guard isNew else { return "Try: curl \(url)/health" }
        return """
            There is no account yet. Try:
              curl -s \(url)/api/v1/auth/register -H 'Content-Type: application/json' -d '{"name": "Ada Lovelace", \
            "email": "ada@example.com", "password": "correct horse", "password_confirmation": "correct horse"}'
            """
    }
}
