import ArgumentParser

/// The flags of `serve` beside those of every command.
struct ServeOptions: SettingFlags {
    @Option(Settings.host) var host: String?
    @Option(Settings.port) var port: String?
    @Option(Settings.databaseConnections) var databaseConnections: String?
    @Option(Settings.publicURL) var publicURL: String?
    @Option(Settings.registration) var registration: String?
    @Option(Settings.rateLimitAuth) var rateLimitAuth: String?
    @Option(Settings.rateLimitIngest) var rateLimitIngest: String?
    @Option(Settings.rateLimitOther) var rateLimitOther: String?
    @Option(Settings.rateLimitPages) var rateLimitPages: String?
    @Option(Settings.trustedProxies) var trustedProxies: String?
    @Option(Settings.corsOrigins) var corsOrigins: String?
    @Option(Settings.bodyLimit) var bodyLimit: String?
    @Option(Settings.batchRecords) var batchRecords: String?
    @Option(Settings.batchBodyLimit) var batchBodyLimit: String?
    @Option(Settings.smtpURL) var smtpURL: String?
    @Option(Settings.mailFrom) var mailFrom: String?
    @Option(Settings.webhookAllow) var webhookAllow: String?
    @Option(Settings.reportRetention) var reportRetention: String?
}
