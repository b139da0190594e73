import AnalyticsCore
import AnalyticsServer

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

    /// - Throws: ``CommandFailure`` that names the setting and what is allowed.
    init(_ reader: SettingsReader) throws {
        host = try reader.value(Settings.host)
        port = try reader.value(Settings.port)
        databaseConnections = try reader.value(Settings.databaseConnections)
        publicURL = try reader.value(Settings.publicURL)
        api = try Self.api(reader)
        mail = try MailSettings(server: reader.value(Settings.smtpURL), sender: reader.value(Settings.mailFrom))
        reachable = ReachableNetworks(allowed: try reader.value(Settings.webhookAllow))
        reportRetention = try reader.value(Settings.reportRetention)
    }

    /// Whether only this machine reaches the server.
    var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

    private static func api(_ reader: SettingsReader) throws -> API.Settings {
        var api = API.Settings()
        api.isRegistrationOpen = try reader.value(Settings.registration) == .open
        api.limits = RateLimits(
            auth: try reader.value(Settings.rateLimitAuth), ingest: try reader.value(Settings.rateLimitIngest),
            other: try reader.value(Settings.rateLimitOther), pages: try reader.value(Settings.rateLimitPages))
        api.bodyLimit = try reader.value(Settings.bodyLimit)
        api.batches.records = try reader.value(Settings.batchRecords)
        api.batches.bytes = try reader.value(Settings.batchBodyLimit)
        api.proxies = TrustedProxies(try reader.value(Settings.trustedProxies))
        api.origins = try reader.value(Settings.corsOrigins)
        return api
    }
}
