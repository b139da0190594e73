public import AnalyticsCore
public import AnalyticsStore
import HTTPTypes
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
        let failedSignIns: FailedSignInLog

        /// The stores of a database.
        ///
        /// - Parameters:
        ///   - database: Where everything is kept.
        ///   - imports: Where files go.
        ///   - ingest: Where new points go.
        ///   - tokenUses: What learns of each token's use.
        ///   - failedSignIns: What learns of each wrong password.
        public init(
            database: any Database, imports: ImportStore, ingest: IngestQueue, tokenUses: TokenUseLog,
            failedSignIns: FailedSignInLog
        ) {
            self.database = database
            self.imports = imports
            self.ingest = ingest
            self.tokenUses = tokenUses
            self.failedSignIns = failedSignIns
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
        /// To how many recipients mail goes in a day.
        public var mail = MailLimits()
        /// How many tokens that were made with others a user may have; 0 for any number.
        public var tokensPerUser = AccessToken.mostMade
        /// How large a batch of data points may be.
        public var batches = BatchLimits()
        /// The number of alert rules that a workspace may have.
        public var ruleLimit = AlertRuleStore.standardMost
        /// The bounds of what one account can make grow.
        public var quotas = Quotas.none
        /// The limits of connections, streams and bodies.
        public var connections = ConnectionLimits()
        /// The seconds for which browsers are told to use `https` alone, where ``PublicURL`` is; 0 for not at all.
        public var strictTransportSeconds = 0
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
    private let bodies: BodyRoom
    private let connectionCount: ConnectionCount
    private let failures: FailedSignIns
    private let accountMail: AccountMail
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
        limits = RateLimitCounters(settings.limits)
        bodies = BodyRoom(.init(settings))
        connectionCount = ConnectionCount(most: settings.connections.ofAddress, proxies: settings.proxies)
        authentication = Authentication(
            tokens: stores.tokens, uses: stores.tokenUses, versions: stores.database.versions, limits: limits,
            publicURL: publicURL, now: now)
        failures = FailedSignIns(isLimited: settings.limits.auth > 0)
        accountMail = AccountMail(
            services: notifications, accounts: AccountStore(database: stores.database),
            budget: MailBudget(database: stores.database, limits: settings.mail))
        once = OnceGuard(store: IdempotencyStore(database: stores.database), now: now)
        hub = EventHub(
            events: EventStore(database: stores.database), versions: stores.database.versions,
            authentication: authentication, pace: settings.eventPace, mostOfUser: settings.connections.streamsOfUser,
            now: now)
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
        let connections = settings.connections
        let idle = TimeAmount.seconds(Int64(connections.idleSeconds))
        let table = table(routes, limits: limits, isForClients: true)
        let isStreamed = table.isStreamed
        return Application(
            responder: table.responder(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        ConnectionCountHandler(connectionCount, logger: logger), ReadBufferHandler(),
                        AnswerPaceInstaller(limit: idle),
                        BodyPaceHandler(
                            held: .held(bytesPerSecond: connections.bodyPace), streamed: .streamed(silence: idle),
                            isStreamed: isStreamed),
                    ],
                    // Longer than the pause between two requests of a client that is worth a connection; it also ends
                    // those that send their header a byte at a time.
                    idleTimeout: idle)),
            configuration: .init(address: address), onServerRunning: onRunning, logger: logger)
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
            tokens: stores.tokens, imports: stores.imports.exempt, audit: AuditStore(database: stores.database),
            passwords: passwords, now: now)
        // Without time-outs: a command may read its data from a program that takes its time.
        return Application(
            responder: table(routes.routes, limits: RateLimitCounters(.none), isForClients: false).responder(),
            server: .http1(configuration: .init(additionalChannelHandlers: [ReadBufferHandler()])),
            configuration: .init(address: address), onServerRunning: onRunning, logger: logger)
    }

    /// How many streams of events are open.
    var streamCount: Int { hub.readerCount }

    /// The number of open connections of clients, without those of proxies.
    var openConnections: Int { connectionCount.total }

    /// Tells of a client's request whether its body is a file that is stored as it arrives.
    var isStreamed: @Sendable (HTTPRequest) -> Bool {
        table(routes, limits: limits, isForClients: true).isStreamed
    }

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
            tokens: stores.tokens, passwords: passwords, failures: failures, failureLog: stores.failedSignIns,
            isRegistrationOpen: settings.isRegistrationOpen,
            registrations: WorkspaceRegistrations(most: settings.quotas.workspacesPerDay), now: now)
        let auth = AuthRoutes(
            accounts: AccountStore(database: database), tokens: stores.tokens, passwords: passwords, signIn: signIn,
            failures: failures, failureLog: stores.failedSignIns, services: notifications, accountMail: accountMail,
            now: now)
        let resets = PasswordResetRoutes(
            accounts: AccountStore(database: database), resets: PasswordResetStore(database: database),
            passwords: passwords, limits: limits, services: notifications,
            budget: MailBudget(database: database, limits: settings.mail), accountMail: accountMail, now: now)
        let tokens = TokenRoutes(
            tokens: stores.tokens, mostMade: settings.tokensPerUser, accountMail: accountMail, now: now)
        let ingest = IngestRoutes(
            queue: stores.ingest, once: once, batches: settings.batches, room: BatchRoom(for: settings.batches),
            bodies: bodies, now: now)
        let analytics = AnalyticsRoutes(
            points: PointStore(database: database), rollups: RollupStore(database: database),
            corrections: CorrectionStore(database: database),
            answers: AnswerCache(versions: database.versions, now: now), now: now)
        let workspace = WorkspaceRoutes(
            workspaces: workspaces, usage: UsageStore(database: database),
            limits: WorkspaceLimits(quotas: settings.quotas, rules: settings.ruleLimit), now: now)
        let users = UserRoutes(members: MemberStore(database: database), now: now)
        let invites = InvitationRoutes(
            invitations: invitations, services: notifications,
            budget: MailBudget(database: database, limits: settings.mail), now: now)
        let alertRules = AlertRuleRoutes(
            rules: AlertRuleStore(database: database, most: settings.ruleLimit),
            previews: RulePreviewStore(database: database), now: now)
        let alerts = AlertRoutes(alerts: AlertStore(database: database), now: now)
        let channels = ChannelRoutes(
            channels: ChannelStore(database: database),
            deliveries: DeliveryStore(database: database, limits: settings.mail),
            services: notifications, now: now)
        let reports = ReportRoutes(
            reports: ReportStore(
                database: database, limits: settings.mail, mostPerDay: settings.quotas.reportsPerDay), now: now)
        let schedules = ReportScheduleRoutes(
            schedules: ReportScheduleStore(database: database, limits: settings.mail), now: now)
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
            + ImportRoutes(imports: stores.imports, mostBytes: settings.quotas.importBytes, now: now).routes
            + alerts.routes + alertRules.routes + channels.routes
            + MailRoutes(recipients: MailRecipientStore(database: database, limits: settings.mail), now: now).routes
            + reports.routes + schedules.routes + embeds.routes
            + workspace.routes + users.routes
            + invites.routes + EventRoutes(events: EventStore(database: database), hub: hub, now: now).routes
            + audit.routes + HealthRoutes().routes
        return described + ReferenceRoutes(described: described).routes + dashboard.routes
    }

    private func table(_ routes: [Route], limits: RateLimitCounters, isForClients: Bool) -> RouteTable {
        let notFoundPage: @Sendable (Request, NetworkAddress?) async -> Response = { [kit] in
            await kit.notFound($0, from: $1)
        }
        return RouteTable(
            routes: routes, authentication: authentication, limits: limits, once: once, origins: settings.origins,
            proxies: settings.proxies, publicURL: publicURL, bodyLimit: settings.bodyLimit, bodies: bodies,
            strictTransportSeconds: settings.strictTransportSeconds,
            notFoundPage: isForClients ? notFoundPage : nil, isForClients: isForClients, now: now)
    }
}

extension BodyRoom.Limits {
    /// The limits of a server, with room for one body of the largest size that it takes.
    fileprivate init(_ settings: API.Settings) {
        let largest = max(settings.bodyLimit, settings.batches.bytes)
        func limit(_ bytes: Int) -> Int { bytes == 0 ? 0 : max(bytes, largest) }
        self.init(
            total: limit(settings.connections.bodyBytes), account: limit(settings.connections.bodyBytesOfUser))
    }
}
