public import AnalyticsCore
public import AnalyticsStore
public import Hummingbird
public import Logging
public import NIOCore

/// Everything that the program serves over HTTP: the API to the world, and what the operator's commands use.
public struct API: Sendable {
    private let accounts: AccountStore
    private let tokens: TokenStore
    private let imports: ImportStore
    private let passwords: PasswordHasher
    private let authentication: Authentication
    private let analytics: AnalyticsRoutes
    private let isRegistrationOpen: Bool
    private let now: @Sendable () -> Instant

    /// How many bytes the body of a request with a token may have, 1 MiB; without a token it is 64 KiB.
    public static let bodyLimit = 1_048_576

    /// Puts the stores behind the routes.
    ///
    /// - Parameters:
    ///   - accounts: Workspaces and users.
    ///   - tokens: Their tokens.
    ///   - tokenUses: What learns of each token's use.
    ///   - ingest: Where new points go.
    ///   - points: The points one by one.
    ///   - rollups: What is kept of them by day.
    ///   - imports: Where files go.
    ///   - versions: What each commit of points raises.
    ///   - passwords: What hashes them.
    ///   - isRegistrationOpen: Whether anyone may register, or only the first user of an empty server.
    ///   - publicURL: What the links in answers begin with.
    ///   - now: The clock.
    public init(
        accounts: AccountStore, tokens: TokenStore, tokenUses: TokenUseLog, ingest: IngestQueue, points: PointStore,
        rollups: RollupStore, imports: ImportStore, versions: DataVersions, passwords: PasswordHasher,
        isRegistrationOpen: Bool, publicURL: PublicURL, now: @escaping @Sendable () -> Instant
    ) {
        self.accounts = accounts
        self.tokens = tokens
        self.imports = imports
        self.passwords = passwords
        self.isRegistrationOpen = isRegistrationOpen
        self.now = now
        authentication = Authentication(tokens: tokens, uses: tokenUses, now: now)
        analytics = AnalyticsRoutes(
            ingest: ingest, points: points, rollups: rollups, answers: AnswerCache(versions: versions, now: now),
            publicURL: publicURL, now: now)
    }

    /// The server for clients.
    ///
    /// - Parameters:
    ///   - address: Where it listens.
    ///   - logger: What requests and failures are logged with.
    ///   - onRunning: Called once it listens.
    public func application(
        address: BindAddress, logger: Logger, onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouterResponder<AppContext>> {
        let auth = AuthRoutes(
            accounts: accounts, tokens: tokens, authentication: authentication, passwords: passwords,
            isRegistrationOpen: isRegistrationOpen, now: now)
        return application(
            auth.routes + analytics.routes + HealthRoutes().routes, address: address,
            // Longer than the pause between two requests of a client that is worth a connection; it also ends those
            // that send their header a byte at a time.
            idleTimeout: .seconds(60), logger: logger, onRunning: onRunning)
    }

    /// The server for the operator's commands, which lets everyone in who can reach it.
    ///
    /// - Parameters:
    ///   - address: A socket that only the operator can open.
    ///   - logger: What requests and failures are logged with.
    ///   - onRunning: Called once it listens.
    public func operatorApplication(
        address: BindAddress, logger: Logger, onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouterResponder<AppContext>> {
        let routes = OperatorRoutes(
            accounts: accounts, tokens: tokens, imports: imports, passwords: passwords, now: now)
        // A command may read its data from a program that takes its time.
        return application(
            routes.routes, address: address, idleTimeout: nil, logger: logger, onRunning: onRunning)
    }

    private func application(
        _ routes: [Route], address: BindAddress, idleTimeout: TimeAmount?, logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void
    ) -> Application<RouterResponder<AppContext>> {
        let table = RouteTable(routes: routes, authentication: authentication)
        return Application(
            responder: table.responder(),
            server: .http1(configuration: .init(idleTimeout: idleTimeout)),
            configuration: .init(address: address), onServerRunning: onRunning, logger: logger)
    }
}
