import AnalyticsCore
import AnalyticsServer
import ArgumentParser

/// The flags of `serve` beside those of every command.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen on (HOST; default: 127.0.0.1).", valueName: "address"))
    var host: String?

    @Option(help: "The port to listen on, 0 for any that is free (PORT; default: 8080).")
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "How many connections to PostgreSQL are open at most (DATABASE_CONNECTIONS; default: 10).",
            valueName: "count"))
    var databaseConnections: Int?

    @Option(
        help: ArgumentHelp(
            "What links begin with, as clients see this server (PUBLIC_URL; default: http://HOST:PORT).",
            valueName: "url"))
    var publicURL: String?

    @Option(
        help: ArgumentHelp(
            "Who may register: open for anyone, invite for the first user only and then by invitation "
                + "(REGISTRATION; default: open).", valueName: "open|invite"))
    var registration: String?

    @Option(
        help: ArgumentHelp(
            "Registrations and logins a minute and address, 0 for no limit (RATE_LIMIT_AUTH; default: 10).",
            valueName: "count"))
    var rateLimitAuth: Int?

    @Option(
        help: ArgumentHelp(
            "Ingests a minute and token, 0 for no limit (RATE_LIMIT_INGEST; default: 30).",
            valueName: "count"))
    var rateLimitIngest: Int?

    @Option(
        help: ArgumentHelp(
            "Other requests a minute and token, 0 for no limit (RATE_LIMIT_OTHER; default: 60).",
            valueName: "count"))
    var rateLimitOther: Int?

    @Option(
        help: ArgumentHelp(
            "Requests a minute of a browser, 0 for no limit (RATE_LIMIT_PAGES; default: 600).", valueName: "count"))
    var rateLimitPages: Int?

    @Option(
        help: ArgumentHelp(
            "Proxies whose X-Forwarded-For is believed: addresses or networks, with commas "
                + "(TRUSTED_PROXIES; default: none).", valueName: "list"))
    var trustedProxies: String?

    @Option(
        help: ArgumentHelp(
            "Pages that may use the API from a browser: origins such as https://app.example.com with commas, or * "
                + "for all (CORS_ORIGINS; default: none).", valueName: "list"))
    var corsOrigins: String?

    @Option(
        help: ArgumentHelp(
            "How many bytes the body of a request may have (BODY_LIMIT; default: 1048576).", valueName: "bytes"))
    var bodyLimit: Int?

    @Option(
        help: ArgumentHelp(
            "How many records a batch of data points may have (BATCH_RECORDS; default: 10000).", valueName: "records"))
    var batchRecords: Int?

    @Option(
        help: ArgumentHelp(
            "How many bytes the body of a batch may have (BATCH_BODY_LIMIT; default: 16777216).", valueName: "bytes"))
    var batchBodyLimit: Int?

    @Option(
        help: ArgumentHelp(
            "Where mail is handed over: smtp://USER:PASSWORD@HOST:PORT or smtps://… (SMTP_URL; default: none, no mail).",
            valueName: "url"))
    var smtpURL: String?

    @Option(
        help: ArgumentHelp(
            "Whom mail is from: numbers@example.com or \"Name <numbers@example.com>\" (MAIL_FROM; needed with SMTP_URL).",
            valueName: "address"))
    var mailFrom: String?

    @Option(
        help: ArgumentHelp(
            "Private networks that webhooks may reach, with commas (WEBHOOK_ALLOW; default: none).",
            valueName: "list"))
    var webhookAllow: String?

    @Option(
        help: ArgumentHelp(
            "For how many days reports are kept, 0 for good (REPORT_RETENTION; default: 0).", valueName: "days"))
    var reportRetention: Int?
}

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
    init(_ options: ServeOptions, reader: SettingsReader) throws {
        host = try options.host ?? reader.text(.host) ?? "127.0.0.1"
        port = try options.port ?? reader.integer(.port) ?? 8080
        guard (0...65_535).contains(port) else {
            throw CommandFailure("The port must be a number from 0 to 65535, not \(port).")
        }
        databaseConnections = try options.databaseConnections ?? reader.integer(.databaseConnections) ?? 10
        guard (1...1000).contains(databaseConnections) else {
            throw CommandFailure("DATABASE_CONNECTIONS must be from 1 to 1000, not \(databaseConnections).")
        }
        publicURL = try options.publicURL ?? reader.text(.publicURL)
        if let publicURL, !publicURL.hasPrefix("http://"), !publicURL.hasPrefix("https://") {
            throw CommandFailure("The public URL must begin with http:// or https://, not \"\(publicURL)\".")
        }
        api = try Self.api(options, reader)
        mail = try MailSettings(
            smtpURL: options.smtpURL ?? reader.text(.smtpURL), mailFrom: options.mailFrom ?? reader.text(.mailFrom))
        reachable = ReachableNetworks(
            allowed: try Self.networks(try Self.list(options.webhookAllow, .webhookAllow, reader), .webhookAllow))
        let retention = try options.reportRetention ?? reader.integer(.reportRetention) ?? 0
        let allowed = Report.leastRetentionDays...36_500
        guard retention == 0 || allowed.contains(retention) else {
            throw CommandFailure(
                "REPORT_RETENTION must be 0 or from \(allowed.lowerBound) to \(allowed.upperBound) days, not "
                    + "\(retention): mail with a report is tried for three days.")
        }
        reportRetention = retention == 0 ? nil : retention
    }

    private static func api(_ options: ServeOptions, _ reader: SettingsReader) throws -> API.Settings {
        var api = API.Settings()
        let registration = try options.registration ?? reader.text(.registration) ?? "open"
        guard ["open", "invite"].contains(registration) else {
            throw CommandFailure("Registration must be open or invite, not \"\(registration)\".")
        }
        api.isRegistrationOpen = registration == "open"

        func limit(_ flag: Int?, _ name: SettingName, default standard: Int, atLeast minimum: Int = 0) throws -> Int {
            let limit = try flag ?? reader.integer(name) ?? standard
            guard limit >= minimum else {
                throw CommandFailure("\(name.rawValue) must be \(minimum) or more, not \(limit).")
            }
            return limit
        }
        api.limits = RateLimits(
            auth: try limit(options.rateLimitAuth, .rateLimitAuth, default: api.limits.auth),
            ingest: try limit(options.rateLimitIngest, .rateLimitIngest, default: api.limits.ingest),
            other: try limit(options.rateLimitOther, .rateLimitOther, default: api.limits.other),
            pages: try limit(options.rateLimitPages, .rateLimitPages, default: api.limits.pages))
        api.bodyLimit = try limit(options.bodyLimit, .bodyLimit, default: api.bodyLimit, atLeast: 1024)
        api.batches.records = try limit(
            options.batchRecords, .batchRecords, default: api.batches.records, atLeast: 1)
        api.batches.bytes = try limit(
            options.batchBodyLimit, .batchBodyLimit, default: api.batches.bytes, atLeast: 1024)

        let proxies = try list(options.trustedProxies, .trustedProxies, reader)
        api.proxies = TrustedProxies(try networks(proxies, .trustedProxies))
        let origins = try list(options.corsOrigins, .corsOrigins, reader)
        if origins == ["*"] {
            api.origins = .all
        } else if let allowed = AllowedOrigins(origins) {
            api.origins = allowed
        } else {
            throw CommandFailure(
                "CORS_ORIGINS must be * or origins such as https://app.example.com, "
                    + "not \"\(origins.joined(separator: ","))\".")
        }
        return api
    }

    private static func networks(_ texts: [String], _ name: SettingName) throws -> [Network] {
        try texts.map { text in
            guard let network = Network(text) else {
                throw CommandFailure(
                    "\(name.rawValue) must be addresses or networks such as 10.0.0.0/8, not \"\(text)\".")
            }
            return network
        }
    }

    /// The entries of a setting between commas.
    private static func list(_ flag: String?, _ name: SettingName, _ reader: SettingsReader) throws -> [String] {
        let text = try flag ?? reader.text(name) ?? ""
        return text.split { $0 == "," || $0 == " " }.map(String.init)
    }
}
