public import AnalyticsCore
public import AnalyticsStore
public import Hummingbird
public import Logging
public import NIOCore

/// Everything that the program serves over HTTP: the API to the world, and what the operator's commands use.
public struct API: Sendable {
    /// What the API stands on.
    public struct Stores: Sendable {
        let database: any Database
        let imports: ImportStore
        let ingest: IngestQueue
        let tokens: TokenStore
        let tokenUses: TokenUseLog

        /// The stores of a database.
        ///
        /// - Parameters:
        ///   - database: Where everything is kept.
        ///   - imports: Where files go.
        ///   - ingest: Where new points go.
        ///   - tokenUses: What learns of each token's use.
        public init(
            database: any Database, imports: ImportStore, ingest: IngestQueue, tokenUses: TokenUseLog
        ) {
            self.database = database
            self.imports = imports
            self.ingest = ingest
            self.tokenUses = tokenUses
            tokens = TokenStore(database: database)
        }
    }

    /// What the operator decides about the API.
    public struct Settings: Sendable {
        /// Whether anyone may register, or only the first user of an empty server and who is invited.
        public var isRegistrationOpen = true
        /// How many requests a minute are answered.
        public var limits = RateLimits()
        /// Whose word about a client's address counts.
        public var proxies = TrustedProxies()
        /// Which pages of other origins may use the API.
        public var origins = AllowedOrigins.none
        /// How many bytes the body of a request with a token may have; without a token it is 64 KiB at most.
        public var bodyLimit = 1_048_576
        /// How large a batch of data points may be.
        public var batches = BatchLimits()
        /// How fast streams of events are.
        var eventPace = EventHub.Pace()

        /// The defaults.
        public init() {}
    }

    private let stores: Stores
    private let settings: Settings
    private let passwords: PasswordHasher
    private let authentication: Authentication
    private let limits: RateLimitCounters
    private let once: OnceGuard
    private let hub: EventHub
    private let publicURL: PublicURL
    private let notifications: NotificationServices
    private let now: @Sendable () -> Instant

    /// Puts the stores behind the routes.
    ///
    /// - Parameters:
    ///   - stores: What the API stands on.
    ///   - settings: What the operator decided.
    ///   - passwords: What hashes them.
    ///   - publicURL: What the links in answers begin with.
    ///   - notifications: What reaches others.
    ///   - now: The clock.
    public init(
        stores: Stores, settings: Settings = Settings(), passwords: PasswordHasher, publicURL: PublicURL,
        notifications: NotificationServices = .init(), now: @escaping @Sendable () -> Instant
    ) {
        self.stores = stores
        self.settings = settings
        self.passwords = passwords
        self.publicURL = publicURL
        self.notifications = notifications
        self.now = now
        authentication = Authentication(
            tokens: stores.tokens, uses: stores.tokenUses, versions: stores.database.versions, now: now)
        limits = RateLimitCounters(settings.limits)
        once = OnceGuard(store: IdempotencyStore(database: stores.database), now: now)
        hub = EventHub(
            events: EventStore(database: stores.database), versions: stores.database.versions,
            authentication: authentication, pace: settings.eventPace, now: now)
    }

    /// The server for clients.
    ///
    /// - Parameters:
    ///   - address: Where it listens.
    ///   - logger: What requests and failures are logged with.
    ///   - onRunning: Called once it listens.
    public func application(
        address: BindAddress, logger: Logger, onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<Responder> {
        application(
            routes, notFoundPage: kit.notFound, address: address,
            // Longer than the pause between two requests of a client that is worth a connection; it also ends those
            // that send their header a byte at a time.
            idleTimeout: .seconds(60), bodyPace: .standard, logger: logger, onRunning: onRunning)
    }

    /// The server for the operator's commands, which lets everyone in who can reach it.
    ///
    /// - Parameters:
    ///   - address: A socket that only the operator can open.
    ///   - logger: What requests and failures are logged with.
    ///   - onRunning: Called once it listens.
    public func operatorApplication(
        address: BindAddress, logger: Logger, onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<Responder> {
        let routes = OperatorRoutes(
            accounts: AccountStore(database: stores.database), workspaces: WorkspaceStore(database: stores.database),
            tokens: stores.tokens, imports: stores.imports, passwords: passwords, now: now)
        // A command may read its data from a program that takes its time.
        return application(
            routes.routes, address: address, idleTimeout: nil, bodyPace: nil, logger: logger, onRunning: onRunning)
    }

    /// How many streams of events are open.
    var streamCount: Int { hub.readerCount }

    /// What all pages are made with.
    private var kit: PageKit {
        PageKit(authentication: authentication, limits: limits, assets: .shared, templates: .shared, now: now)
    }

    /// All routes for clients, with their reference.
    var routes: [Route] {
        let database = stores.database
        let workspaces = WorkspaceStore(database: database)
        let invitations = InvitationStore(database: database)
        let signIn = SignIn(
            accounts: AccountStore(database: database), workspaces: workspaces, invitations: invitations,
            tokens: stores.tokens, passwords: passwords, limits: limits,
            isRegistrationOpen: settings.isRegistrationOpen, now: now)
        let auth = AuthRoutes(
            accounts: AccountStore(database: database), tokens: stores.tokens, passwords: passwords, signIn: signIn,
            services: notifications, now: now)
        let resets = PasswordResetRoutes(
            accounts: AccountStore(database: database), resets: PasswordResetStore(database: database),
            passwords: passwords, limits: limits, services: notifications, now: now)
        let tokens = TokenRoutes(tokens: stores.tokens, now: now)
        let ingest = IngestRoutes(
            queue: stores.ingest, once: once, batches: settings.batches, room: BatchRoom(), now: now)
        let analytics = AnalyticsRoutes(
            points: PointStore(database: database), rollups: RollupStore(database: database),
            corrections: CorrectionStore(database: database),
            answers: AnswerCache(versions: database.versions, now: now), now: now)
        let workspace = WorkspaceRoutes(
            workspaces: workspaces, now: now)
        let users = UserRoutes(members: MemberStore(database: database), now: now)
        let invites = InvitationRoutes(invitations: invitations, services: notifications, now: now)
        let alertRules = AlertRuleRoutes(
            rules: AlertRuleStore(database: database), previews: RulePreviewStore(database: database), now: now)
        let alerts = AlertRoutes(alerts: AlertStore(database: database), now: now)
        let channels = ChannelRoutes(
            channels: ChannelStore(database: database), deliveries: DeliveryStore(database: database),
            services: notifications, now: now)
        let reports = ReportRoutes(reports: ReportStore(database: database), now: now)
        let schedules = ReportScheduleRoutes(schedules: ReportScheduleStore(database: database), now: now)
        let embeds = EmbedRoutes(
            embeds: EmbedStore(database: database), rollups: analytics.rollups, answers: analytics.answers, now: now)
        let audit = AuditRoutes(log: AuditStore(database: database))
        let dashboard = Dashboard(
            kit: kit, database: database, imports: stores.imports, tokens: stores.tokens, signIn: signIn,
            hasMail: notifications.mail != nil)
        let described =
            auth.routes + SessionRoutes(signIn: signIn, tokens: stores.tokens, now: now).routes + resets.routes
            + tokens.routes + ingest.routes + analytics.routes
            + ExportRoutes(points: PointStore(database: database)).routes
            + ImportRoutes(imports: stores.imports, now: now).routes + alerts.routes + alertRules.routes
            + channels.routes + reports.routes + schedules.routes + embeds.routes
            + workspace.routes + users.routes
            + invites.routes + EventRoutes(events: EventStore(database: database), hub: hub, now: now).routes
            + audit.routes + HealthRoutes().routes
        return described + ReferenceRoutes(described: described).routes + dashboard.routes
    }

    private func application(
        _ routes: [Route], notFoundPage: (@Sendable (Request) async -> Response)? = nil, address: BindAddress,
        idleTimeout: TimeAmount?, bodyPace: BodyPace?, logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void
    ) -> Application<Responder> {
        let table = RouteTable(
            routes: routes, authentication: authentication, limits: limits,
            once: once, origins: settings.origins,
            proxies: settings.proxies, publicURL: publicURL, bodyLimit: settings.bodyLimit,
            notFoundPage: notFoundPage, isForClients: bodyPace != nil, now: now)
        return Application(
            responder: table.responder(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ReadBufferHandler()]
                        + (bodyPace.map { [BodyPaceHandler(pace: $0)] } ?? []),
                    idleTimeout: idleTimeout)),
            configuration: .init(address: address), onServerRunning: onRunning, logger: logger)
    }
}
