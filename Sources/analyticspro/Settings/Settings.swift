import AnalyticsCore
import AnalyticsServer
import AnalyticsStore
import Logging

/// The settings of the program.
///
/// A new one is an entry here, its place in ``all`` and its flag in ``ServeOptions``.
enum Settings {
    // MARK: - Where it listens, and where the data is

    static let host = Setting(
        "HOST", "address", "The address to listen on", default: "127.0.0.1", parse: SettingText.any)

    static let port = Setting(
        "PORT", "port", "The port to listen on, 0 for any that is free", default: 8080,
        parse: SettingText.integer(in: 0...65_535))

    static let database = Setting(
        "DATABASE_URL", flag: "database", "url",
        "Where the data is: sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME",
        note: "Other users of the machine can read a password in a flag, not in a variable.",
        default: DatabaseLocation.standard, shown: "sqlite:\(DatabaseLocation.standard)", scope: .everyCommand,
        safeText: { $0.description }, parse: SettingText.database)

    static let databaseConnections = Setting(
        "DATABASE_CONNECTIONS", "count", "How many connections to PostgreSQL are open at most",
        note: "One more listens for changes.", default: 10, parse: SettingText.integer(in: 1...1_000))

    static let publicURL = Setting<String?>(
        "PUBLIC_URL", "url", "What links begin with, as clients see this server", default: nil,
        shown: "http://HOST:PORT", parse: SettingText.publicURL)

    // MARK: - Who may do how much

    static let registration = Setting(
        "REGISTRATION", "open|invite", "Who may register: open for anyone, invite for invited people",
        note: "With invite the first user of an empty server may register, too.", default: Registration.open,
        parse: SettingText.choice())

    static let rateLimitAuth = Setting(
        "RATE_LIMIT_AUTH", "count", "Registrations and logins a minute from one address, 0 for no limit",
        default: RateLimits().auth, parse: SettingText.integer(atLeast: 0))

    static let rateLimitIngest = Setting(
        "RATE_LIMIT_INGEST", "count", "Requests that send data points, a minute and token, 0 for no limit",
        default: RateLimits().ingest, parse: SettingText.integer(atLeast: 0))

    static let rateLimitOther = Setting(
        "RATE_LIMIT_OTHER", "count", "Other requests a minute and token, 0 for no limit",
        default: RateLimits().other, parse: SettingText.integer(atLeast: 0))

    static let rateLimitPages = Setting(
        "RATE_LIMIT_PAGES", "count",
        "Requests a minute of a browser that is logged in, or from one address for pages that anyone may open, 0 for no "
            + "limit",
        default: RateLimits().pages, parse: SettingText.integer(atLeast: 0))

    static let trustedProxies = Setting<[Network]>(
        "TRUSTED_PROXIES", "list", "Proxies whose X-Forwarded-For is believed: addresses or networks, with commas",
        default: [], shown: "none", parse: SettingText.networks)

    static let corsOrigins = Setting(
        "CORS_ORIGINS", "list",
        "Pages that may use the API from a browser: origins such as https://app.example.com with commas, or * for all",
        default: AllowedOrigins.none, shown: "none", parse: SettingText.origins)

    static let bodyLimit = Setting(
        "BODY_LIMIT", "bytes", "How many bytes the body of a request may have",
        note: "Without a token it is 64 KiB at most.", default: API.Settings().bodyLimit,
        parse: SettingText.integer(atLeast: 1_024))

    static let batchRecords = Setting(
        "BATCH_RECORDS", "count", "How many records a batch of data points may have",
        default: API.Settings().batches.records, parse: SettingText.integer(atLeast: 1))

    static let batchBodyLimit = Setting(
        "BATCH_BODY_LIMIT", "bytes", "How many bytes the body of a batch may have",
        default: API.Settings().batches.bytes, parse: SettingText.integer(atLeast: 1_024))

    // MARK: - What it sends

    static let smtpURL = Setting<SMTPServer?>(
        "SMTP_URL", "url", "The server that takes mail: smtp:// or smtps://USER:PASSWORD@HOST:PORT",
        note:
            "Without it there is no mail. Other users of the machine can read a password in a flag, not in a variable.",
        default: nil, shown: "none", safeText: { $0.map { "\($0.host):\($0.port)" } ?? "" },
        parse: SettingText.smtpServer)

    static let mailFrom = Setting<MailSender?>(
        "MAIL_FROM", "address", "The sender of mail: numbers@example.com or \"Name <numbers@example.com>\"",
        note: "Needed with SMTP_URL.", default: nil, shown: "none", parse: SettingText.mailSender)

    static let webhookAllow = Setting<[Network]>(
        "WEBHOOK_ALLOW", "list", "Private addresses or networks that webhooks may reach, with commas", default: [],
        shown: "none",
        parse: SettingText.networks)

    static let reportRetention = Setting<Int?>(
        "REPORT_RETENTION", "days", "For how many days reports are kept after they were made or had failed, 0 for good",
        note: "At least 4, because mail with a report is tried for three days.", default: nil, shown: "0",
        parse: SettingText.reportRetention)

    // MARK: - What it says

    static let logLevel = Setting<Logger.Level?>(
        "LOG_LEVEL", "level", "The least level that is logged: trace, debug, info, notice, warning, error or critical",
        default: nil,
        shown: "info for serve, critical for other commands", scope: .everyCommand, parse: SettingText.logLevel)

    // MARK: - For tests

    static let passwordCost = Setting(
        "PASSWORD_COST", "parameters", "The cost of hashing a password, for tests alone",
        default: PasswordHasher.Cost.standard,
        scope: .everyCommand, isHidden: true, parse: SettingText.passwordCost)

    /// All of them, in the order in which people read them.
    static let all: [SettingEntry] = [
        host.entry, port.entry, database.entry, databaseConnections.entry, publicURL.entry, registration.entry,
        rateLimitAuth.entry, rateLimitIngest.entry, rateLimitOther.entry, rateLimitPages.entry, trustedProxies.entry,
        corsOrigins.entry, bodyLimit.entry, batchRecords.entry, batchBodyLimit.entry, smtpURL.entry, mailFrom.entry,
        webhookAllow.entry, reportRetention.entry, logLevel.entry, passwordCost.entry,
    ]

    /// Those that people are told of.
    static var shown: [SettingEntry] { all.filter { !$0.isHidden } }
}

/// The people who may register.
enum Registration: String, CaseIterable {
    case open, invite
}
