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

    static let databaseURLFile = Setting<String?>(
        "DATABASE_URL_FILE", "file", "A file whose only line is what --database would be", default: nil, shown: "none",
        scope: .everyCommand, parse: SettingText.optional)

    static let secretsKeyFile = Setting<String?>(
        "SECRETS_KEY_FILE", "file", "A file with the key that seals webhooks' secrets, Slack URLs and embeds' keys",
        note: "With SQLite it is made beside the database. Backups of that are without it: keep it elsewhere.",
        default: nil, shown: "the SQLite file's name and .key", scope: .everyCommand, parse: SettingText.optional)

    static let secretsKey = Setting<[SecretKeyring.Key]>(
        "SECRETS_KEY", "keys", "The key itself, 32 bytes in base64, in the place of the file",
        note: "Former keys may follow with commas. Other users of the machine can read a flag, not a variable.",
        default: [], shown: "none", scope: .everyCommand, safeText: { _ in "***" }, parse: SettingText.secretsKeys)

    static let databaseConnections = Setting(
        "DATABASE_CONNECTIONS", "count", "How many connections to PostgreSQL are open at most",
        note: "One more listens for changes.", default: 10, parse: SettingText.integer(in: 1...1_000))

    static let publicURL = Setting<String?>(
        "PUBLIC_URL", "url", "What links begin with, as clients see this server", default: nil,
        shown: "http://HOST:PORT", parse: SettingText.publicURL)

    static let hstsSeconds = Setting(
        "HSTS_SECONDS", "seconds",
        "For how many seconds browsers are told to use https alone for this host, 0 for not at all",
        note: "Needs an https PUBLIC_URL, and holds for all ports of the host.", default: 0,
        parse: SettingText.integer(in: 0...315_360_000))

    // MARK: - Who may do how much

    static let registration = Setting(
        "REGISTRATION", "open|invite", "Who may register: open for anyone, invite for invited people",
        note: "With invite the first user of an empty server may register, too.", default: Registration.open,
        parse: SettingText.choice())

    static let rateLimitAuth = Setting(
        "RATE_LIMIT_AUTH", "count", "Registrations and logins a minute from one address, 0 for no limit",
        note: "With 0 wrong passwords are not counted either.",
        default: RateLimits().auth, parse: SettingText.integer(atLeast: 0))

    static let rateLimitIngest = Setting(
        "RATE_LIMIT_INGEST", "count", "Requests that send data points, a minute and token, 0 for no limit",
        note: "0 also switches off the limits of users and workspaces.",
        default: RateLimits().ingest.token, parse: SettingText.integer(atLeast: 0))

    static let rateLimitIngestUser = Setting<Int?>(
        "RATE_LIMIT_INGEST_USER", "count",
        "Requests that send data points, a minute and user with all tokens, 0 for no limit", default: nil,
        shown: "10 times RATE_LIMIT_INGEST", parse: SettingText.optionalCount)

    static let rateLimitIngestWorkspace = Setting<Int?>(
        "RATE_LIMIT_INGEST_WORKSPACE", "count",
        "Requests that send data points, a minute and workspace, 0 for no limit", default: nil,
        shown: "30 times RATE_LIMIT_INGEST", parse: SettingText.optionalCount)

    static let rateLimitOther = Setting(
        "RATE_LIMIT_OTHER", "count", "Other requests a minute and token, 0 for no limit",
        note: "0 also switches off the limits of users and workspaces.",
        default: RateLimits().other.token, parse: SettingText.integer(atLeast: 0))

    static let rateLimitOtherUser = Setting<Int?>(
        "RATE_LIMIT_OTHER_USER", "count", "Other requests a minute and user with all tokens, 0 for no limit",
        default: nil,
        shown: "10 times RATE_LIMIT_OTHER", parse: SettingText.optionalCount)

    static let rateLimitOtherWorkspace = Setting<Int?>(
        "RATE_LIMIT_OTHER_WORKSPACE", "count", "Other requests a minute and workspace, 0 for no limit", default: nil,
        shown: "30 times RATE_LIMIT_OTHER", parse: SettingText.optionalCount)

    static let rateLimitPages = Setting(
        "RATE_LIMIT_PAGES", "count",
        "Requests a minute of a browser that is logged in, or from one address without a token for pages, and as many "
            + "with wrong tokens, 0 for no limit",
        note: "0 also switches off the limits of users and workspaces.", default: RateLimits().pages.token,
        parse: SettingText.integer(atLeast: 0))

    static let rateLimitPagesUser = Setting<Int?>(
        "RATE_LIMIT_PAGES_USER", "count", "Requests a minute of all browsers of a user, 0 for no limit", default: nil,
        shown: "10 times RATE_LIMIT_PAGES", parse: SettingText.optionalCount)

    static let rateLimitPagesWorkspace = Setting<Int?>(
        "RATE_LIMIT_PAGES_WORKSPACE", "count", "Requests a minute of all browsers of a workspace, 0 for no limit",
        default: nil,
        shown: "30 times RATE_LIMIT_PAGES", parse: SettingText.optionalCount)

    static let connectionsPerAddress = Setting(
        "CONNECTIONS_PER_ADDRESS", "count", "Connections that one address may have open, 0 for any number",
        note: "Proxies in TRUSTED_PROXIES may have any number.", default: API.Settings().connections.ofAddress,
        parse: SettingText.integer(atLeast: 0))

    static let streamsPerUser = Setting(
        "STREAMS_PER_USER", "count", "Streams of events that a user may have open with all tokens, 0 for any number",
        note: "A token has 100 at most.", default: API.Settings().connections.streamsOfUser,
        parse: SettingText.integer(atLeast: 0))

    static let idleTimeout = Setting(
        "IDLE_TIMEOUT", "seconds",
        "For how many seconds a client may send nothing of a file, take nothing of an answer, or ask for nothing",
        note: "Then the connection is closed.", default: API.Settings().connections.idleSeconds,
        parse: SettingText.integer(in: 5...86_400))

    static let tokensPerUser = Setting(
        "TOKENS_PER_USER", "count", "Tokens that a user may have made with others, 0 for no limit",
        note: "Those of logins do not count.", default: API.Settings().tokensPerUser,
        parse: SettingText.integer(atLeast: 0))

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

    static let bodyMemory = Setting(
        "BODY_MEMORY", "bytes",
        "How many bytes of the bodies of all requests may be in memory at once, 0 for any number",
        note: "One body of the largest size always fits. Imports do not count.",
        default: API.Settings().connections.bodyBytes, parse: SettingText.integer(atLeast: 0))

    static let bodyMemoryPerUser = Setting(
        "BODY_MEMORY_PER_USER", "bytes",
        "How many of them may be a user's, or without a token those of an address, 0 for any number",
        default: API.Settings().connections.bodyBytesOfUser, parse: SettingText.integer(atLeast: 0))

    static let bodyPace = Setting(
        "BODY_PACE", "bytes",
        "How many bytes a second of a body must arrive after its first 10 seconds, 0 for any pace",
        note: "Imports may be slower. A connection that is slower is closed.",
        default: API.Settings().connections.bodyPace, parse: SettingText.integer(atLeast: 0))

    static let batchRecords = Setting(
        "BATCH_RECORDS", "count", "How many records a batch of data points may have",
        default: API.Settings().batches.records, parse: SettingText.integer(atLeast: 1))

    static let batchBodyLimit = Setting(
        "BATCH_BODY_LIMIT", "bytes", "How many bytes the body of a batch may have",
        default: API.Settings().batches.bytes, parse: SettingText.integer(atLeast: 1_024))

    static let ruleLimit = Setting(
        "RULE_LIMIT", "count", "How many alert rules a workspace may have", note: "Those that are there already stay.",
        default: AlertRuleStore.standardMost, parse: SettingText.integer(in: 1...100_000))

    static let pointsPerDay = Setting<Int?>(
        "QUOTA_POINTS_PER_DAY", "count",
        "How many data points a workspace may store on one day (UTC), 0 for any number",
        default: nil, shown: openDefault(Quotas.open.pointsPerDay), parse: SettingText.quota)

    static let points = Setting<Int?>(
        "QUOTA_POINTS", "count", "How many data points a workspace may have, 0 for any number", default: nil,
        shown: openDefault(Quotas.open.points), parse: SettingText.quota)

    static let importBytes = Setting<Int?>(
        "QUOTA_IMPORT_BYTES", "bytes", "How many bytes the file of an import may have, 0 for any size", default: nil,
        shown: openDefault(Quotas.open.importBytes), parse: SettingText.quota)

    static let reportsPerDay = Setting<Int?>(
        "QUOTA_REPORTS_PER_DAY", "count", "How many reports a workspace may ask for on one day (UTC), 0 for any number",
        default: nil, shown: openDefault(Quotas.open.reportsPerDay), parse: SettingText.quota)

    static let workspacesPerDay = Setting<Int?>(
        "QUOTA_WORKSPACES", "count", "How many workspaces may be made from one address on one day, 0 for any number",
        default: nil, shown: openDefault(Quotas.open.workspacesPerDay), parse: SettingText.quota)

    static let diskReserve = Setting<Int?>(
        "DISK_RESERVE", "percent",
        "How much of the SQLite file's disk stays free: with less the largest workspaces are refused first, 0 for nothing",
        default: nil, shown: openDefault(standardDiskReserve), parse: SettingText.percentage)

    static let alertRetention = Setting<Int?>(
        "ALERT_RETENTION", "days", "For how many days alerts are kept after they were resolved, 0 for good",
        default: nil, shown: openDefault(standardAlertRetention), parse: SettingText.retention)

    /// What is used of ``diskReserve`` and ``alertRetention`` where anyone may register.
    static let standardDiskReserve = 10
    static let standardAlertRetention = 400

    /// How a default is shown that holds only where anyone may register.
    private static func openDefault(_ value: Int?) -> String { "\(value ?? 0), with REGISTRATION=invite 0" }

    // MARK: - What it sends

    static let smtpURL = Setting<SMTPServer?>(
        "SMTP_URL", "url", "The server that takes mail: smtp:// or smtps://USER:PASSWORD@HOST:PORT",
        note:
            "Without it there is no mail. Other users of the machine can read a password in a flag, not in a variable.",
        default: nil, shown: "none", safeText: { $0.map { "\($0.host):\($0.port)" } ?? "" },
        parse: SettingText.smtpServer)

    static let smtpURLFile = Setting<String?>(
        "SMTP_URL_FILE", "file", "A file whose only line is what --smtp-url would be", default: nil, shown: "none",
        parse: SettingText.optional)

    static let mailFrom = Setting<MailSender?>(
        "MAIL_FROM", "address", "The sender of mail: numbers@example.com or \"Name <numbers@example.com>\"",
        note: "Needed with SMTP_URL.", default: nil, shown: "none", parse: SettingText.mailSender)

    static let mailLimitWorkspace = Setting<Int?>(
        "MAIL_LIMIT_WORKSPACE", "count", "Recipients of mail of a workspace a day (UTC), 0 for no limit",
        default: MailLimits().workspace, shown: "1000", parse: SettingText.limit)

    static let mailLimitServer = Setting<Int?>(
        "MAIL_LIMIT_SERVER", "count", "Recipients of mail of the whole server a day (UTC), 0 for no limit",
        note: "The last tenth is for workspaces that had less than 20 that day.", default: MailLimits().server,
        shown: "20000", parse: SettingText.limit)

    static let webhookAllow = Setting<[Network]>(
        "WEBHOOK_ALLOW", "list", "Private addresses or networks that webhooks may reach, with commas", default: [],
        shown: "none",
        parse: SettingText.networks)

    static let reportRetention = Setting<Int?>(
        "REPORT_RETENTION", "days", "For how many days reports are kept after they were made or had failed, 0 for good",
        note: "At least 4, because mail with a report is tried for three days.", default: nil, shown: "0",
        parse: SettingText.reportRetention)

    static let auditRetention = Setting<Int?>(
        "AUDIT_RETENTION", "days", "For how many days entries of the audit log are kept, 0 for good", default: 400,
        shown: "400", parse: SettingText.auditRetention)

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
        host.entry, port.entry, database.entry, databaseURLFile.entry, secretsKeyFile.entry, secretsKey.entry,
        databaseConnections.entry, publicURL.entry, hstsSeconds.entry, registration.entry, rateLimitAuth.entry,
        rateLimitIngest.entry, rateLimitIngestUser.entry, rateLimitIngestWorkspace.entry, rateLimitOther.entry,
        rateLimitOtherUser.entry, rateLimitOtherWorkspace.entry, rateLimitPages.entry, rateLimitPagesUser.entry,
        rateLimitPagesWorkspace.entry, tokensPerUser.entry, connectionsPerAddress.entry, streamsPerUser.entry,
        idleTimeout.entry, trustedProxies.entry, corsOrigins.entry, bodyLimit.entry, bodyMemory.entry,
        bodyMemoryPerUser.entry, bodyPace.entry, batchRecords.entry, batchBodyLimit.entry, ruleLimit.entry,
        pointsPerDay.entry, points.entry, importBytes.entry, reportsPerDay.entry, workspacesPerDay.entry,
        diskReserve.entry, alertRetention.entry, smtpURL.entry, smtpURLFile.entry, mailFrom.entry,
        mailLimitWorkspace.entry, mailLimitServer.entry, webhookAllow.entry, reportRetention.entry,
        auditRetention.entry, logLevel.entry, passwordCost.entry,
    ]

    /// Those that people are told of.
    static var shown: [SettingEntry] { all.filter { !$0.isHidden } }
}

/// The people who may register.
enum Registration: String, CaseIterable {
    case open, invite
}
