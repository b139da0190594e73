import AnalyticsCore
import AnalyticsServer
import AnalyticsStore

/// What `serve` was told.
struct ServeSettings {
    let host: String
    let port: Int
    let databaseConnections: Int
    /// Nil for one made of host and port.
    let publicURL: String?
    let api: API.Settings
    /// Nil where there is no mail.
    let mail: MailSettings?
    /// Which addresses webhooks may go to.
    let reachable: ReachableNetworks
    /// For how many days reports are kept; nil where they are kept for good.
    let reportRetention: Int?
    /// For how many days entries of the audit log are kept; nil where they are kept for good.
    let auditRetention: Int?

    /// The percentage of the disk that stays free; nil where that is not looked at.
    let diskReserve: Int?
    /// For how many days resolved alerts are kept; nil where they are kept for good.
    let alertRetention: Int?

    /// - Throws: ``CommandFailure`` that names the setting and what is allowed.
    init(_ reader: SettingsReader) throws {
        host = try reader.value(Settings.host)
        port = try reader.value(Settings.port)
        databaseConnections = try reader.value(Settings.databaseConnections)
        publicURL = try reader.value(Settings.publicURL)
        var api = try Self.api(reader)
        if api.strictTransportSeconds > 0, publicURL.map({ PublicURL($0).isSecure }) != true {
            throw CommandFailure("HSTS_SECONDS has no effect without a PUBLIC_URL of https. Set both or neither.")
        }
        mail = try MailSettings(
            server: reader.value(Settings.smtpURL, orFile: Settings.smtpURLFile),
            sender: reader.value(Settings.mailFrom))
        reachable = ReachableNetworks(allowed: try reader.value(Settings.webhookAllow))
        reportRetention = try reader.value(Settings.reportRetention)
        let isOpen = api.isRegistrationOpen
        func bound(_ setting: Setting<Int?>, _ open: Int?) throws -> Int? {
            let value = try reader.value(setting) ?? (isOpen ? open : nil)
            return value == 0 ? nil : value
        }
        api.quotas = Quotas(
            pointsPerDay: try bound(Settings.pointsPerDay, Quotas.open.pointsPerDay),
            points: try bound(Settings.points, Quotas.open.points),
            importBytes: try bound(Settings.importBytes, Quotas.open.importBytes),
            reportsPerDay: try bound(Settings.reportsPerDay, Quotas.open.reportsPerDay),
            workspacesPerDay: try bound(Settings.workspacesPerDay, Quotas.open.workspacesPerDay))
        self.api = api
        diskReserve = try bound(Settings.diskReserve, Settings.standardDiskReserve)
        alertRetention = try bound(Settings.alertRetention, Settings.standardAlertRetention)
        auditRetention = try reader.value(Settings.auditRetention)
    }

    /// Whether only this machine reaches the server.
    var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

    private static func api(_ reader: SettingsReader) throws -> API.Settings {
        var api = API.Settings()
        api.isRegistrationOpen = try reader.value(Settings.registration) == .open
        api.limits = RateLimits(
            auth: try reader.value(Settings.rateLimitAuth),
            ingest: .init(
                try reader.value(Settings.rateLimitIngest), user: try reader.value(Settings.rateLimitIngestUser),
                workspace: try reader.value(Settings.rateLimitIngestWorkspace)),
            other: .init(
                try reader.value(Settings.rateLimitOther), user: try reader.value(Settings.rateLimitOtherUser),
                workspace: try reader.value(Settings.rateLimitOtherWorkspace)),
            pages: .init(
                try reader.value(Settings.rateLimitPages), user: try reader.value(Settings.rateLimitPagesUser),
                workspace: try reader.value(Settings.rateLimitPagesWorkspace)))
        api.connections.ofAddress = try reader.value(Settings.connectionsPerAddress)
        api.connections.streamsOfUser = try reader.value(Settings.streamsPerUser)
        api.connections.idleSeconds = try reader.value(Settings.idleTimeout)
        api.connections.bodyBytes = try reader.value(Settings.bodyMemory)
        api.connections.bodyBytesOfUser = try reader.value(Settings.bodyMemoryPerUser)
        api.connections.bodyPace = try reader.value(Settings.bodyPace)
        api.strictTransportSeconds = try reader.value(Settings.hstsSeconds)
        api.tokensPerUser = try reader.value(Settings.tokensPerUser)
        api.bodyLimit = try reader.value(Settings.bodyLimit)
        api.batches.records = try reader.value(Settings.batchRecords)
        api.batches.bytes = try reader.value(Settings.batchBodyLimit)
        api.ruleLimit = try reader.value(Settings.ruleLimit)
        api.proxies = TrustedProxies(try reader.value(Settings.trustedProxies))
        api.mail = MailLimits(
            workspace: try reader.value(Settings.mailLimitWorkspace), server: try reader.value(Settings.mailLimitServer)
        )
        api.origins = try reader.value(Settings.corsOrigins)
        return api
    }
}
