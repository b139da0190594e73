import AnalyticsCore
import AnalyticsJobs
import AnalyticsServer
import AnalyticsStore
import Foundation
import Logging

/// The program's parts, put together: the only place that knows them all.
struct Composition {
    let api: API
    let jobs: [any Job]
    let deliveries: DeliverNotifications
    let workspaces: WorkspaceStore

    /// Brings a database's schema up to date and puts everything on top of it.
    ///
    /// - Parameters:
    ///   - opened: Where the data is.
    ///   - publicURL: What the links in answers begin with.
    ///   - settings: What the operator decided about the API.
    ///   - mail: Where mail is handed over; nil for no mail.
    ///   - reachable: Which addresses webhooks may go to.
    ///   - reportRetention: For how many days reports are kept; nil for good.
    ///   - alertRetention: For how many days resolved alerts are kept; nil for good.
    ///   - auditRetention: For how many days entries of the audit log are kept; nil for good.
    ///   - diskReserve: The percentage of the disk that stays free; nil where that is not looked at.
    ///   - passwordCost: How much work it is to hash a password.
    ///   - logger: What the migration is logged with.
    init(
        _ opened: OpenDatabase, publicURL: PublicURL, settings: API.Settings = .init(), mail: MailSettings? = nil,
        reachable: ReachableNetworks = .init(), reportRetention: Int? = nil, alertRetention: Int? = nil,
        auditRetention: Int? = nil, diskReserve: Int? = nil, passwordCost: PasswordHasher.Cost,
        logger: Logger
    ) async throws {
        let now = Self.now
        let database = opened.database
        let steps = try await Migrator(database: database).migrate(now: now())
        if !steps.isEmpty {
            logger.info("The schema was brought up to date", metadata: ["steps": "\(steps.joined(separator: ", "))"])
        }
        guard try await !ServerCopy.isUnfinished(in: database) else {
            throw CommandFailure(
                "A copy into this database was not finished. Run analyticspro copy again: it goes on where it was.")
        }
        try await Self.check(passwordCost, AccountStore(database: database), logger)
        let tokenUses = TokenUseLog(tokens: TokenStore(database: database))
        let failedSignIns = FailedSignInLog(database: database)
        let audit = AuditStore(database: database)
        let storage = StorageGuard()
        let imports = ImportStore(database: database, quotas: settings.quotas, storage: storage)
        workspaces = WorkspaceStore(database: database)
        let resolver = HostResolver()
        let check = TargetCheck(networks: reachable) { await resolver.addresses(of: $0, for: $1) }
        let transport = mail.map { SMTPTransport(server: $0.server, sender: $0.sender, now: now) }
        let sendMail = transport.map { transport -> MailDispatch in { await transport.send($0) } }
        let courier = NotificationCourier(
            http: HTTPTransport(check: check), mail: sendMail, webhookBody: WebhookBody.written,
            publicURL: { publicURL.text }, now: now)
        // Invitations and the like are sent at once, and keep what is in the outbox from no thread.
        let direct = mail.map {
            SMTPTransport(server: $0.server, sender: $0.sender, threadCount: 2, takesTurns: true, now: now)
        }
        let sendDirectly = direct.map { transport -> MailDispatch in { await transport.send($0) } }
        let outbox = DeliveryQueue(database: database, limits: settings.mail)
        deliveries = DeliverNotifications(queue: outbox, logger: logger, now: now) { await courier.deliver($0) }
        api = API(
            stores: .init(
                database: database, imports: imports,
                ingest: IngestQueue(database: database, quotas: settings.quotas, storage: storage, now: now),
                tokenUses: tokenUses, failedSignIns: failedSignIns),
            settings: settings, passwords: PasswordHasher(cost: passwordCost), publicURL: publicURL,
            notifications: NotificationServices(mail: sendDirectly) { await check.refusal(of: $0, for: $1) }, now: now)
        // Where nobody else works with the data, nobody goes on with what was unfinished before the start.
        let unfinished = opened.isShared ? [] : try await imports.unsettled()
        jobs =
            [
                SettleUnfinishedImports(imports: imports, unfinished: unfinished, now: now),
                SettleAbandonedImports(imports: imports, now: now), RecordTokenUse(log: tokenUses),
                RecordFailedSignIns(log: failedSignIns), PruneTokens(tokens: TokenStore(database: database), now: now),
                ChainAuditLog(log: audit),
                PruneDeliveries(queue: outbox, now: now),
                PruneIdempotencyKeys(keys: IdempotencyStore(database: database), now: now),
                DecideDays(due: DueAlertStore(database: database), now: now),
                PruneEvents(events: EventStore(database: database), now: now),
                RemindOfAlerts(due: DueAlertStore(database: database), now: now),
                MakeReports(
                    queue: ReportQueue(database: database, limits: settings.mail), logger: logger, now: now),
                GiveBackSpace(database: database),
                ForgetSecrets(secrets: SecretStore(database: database, keyring: .empty), now: now),
            ]
            // Without mail nothing is asked.
            + (mail.map { _ in
                [
                    AskRecipients(
                        recipients: MailRecipientStore(database: database, limits: settings.mail), now: now)
                ]
            } ?? [])
            + (alertRetention.map {
                [PruneAlerts(alerts: AlertStore(database: database), keptDays: $0, now: now)]
            } ?? [])
            + Self.diskWatch(opened, storage, reservePercent: diskReserve, logger)
            + (reportRetention.map {
                [PruneReports(reports: ReportStore(database: database), keptDays: $0, now: now)]
            } ?? [])
            + (auditRetention.map { [PruneAuditLog(log: audit, keptDays: $0, now: now)] } ?? [])
    }

    /// What watches the disk of a SQLite file; PostgreSQL's may be another machine's.
    private static func diskWatch(
        _ opened: OpenDatabase, _ storage: StorageGuard, reservePercent: Int?, _ logger: Logger
    ) -> [any Job] {
        guard let reservePercent, let path = opened.path else { return [] }
        return [
            WatchDisk(
                usage: UsageStore(database: opened.database), storage: storage, reservePercent: reservePercent,
                logger: logger
            ) { WatchDisk.freeShare(at: path) }
        ]
    }

    /// Refuses a cost for tests where accounts have passwords of another cost, which are people's.
    private static func check(_ cost: PasswordHasher.Cost, _ accounts: AccountStore, _ logger: Logger) async throws {
        guard cost != .standard else { return }
        guard try await !accounts.hasPasswordHash(notBeginningWith: cost.hashPrefix) else {
            throw CommandFailure(
                "PASSWORD_COST is for tests only, and the database has accounts whose passwords were hashed at another "
                    + "cost. Unset it.")
        }
        logger.warning("PASSWORD_COST is set: password hashes are weak. Use it for tests only.")
    }

    /// The system's clock.
    @Sendable static func now() -> Instant {
        Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
