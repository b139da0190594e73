import ArgumentParser

/// The flags of `serve` beside those of every command.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen on (HOST; default: 127.0.0.1).", valueName: "address"))
    var host: String?

    @Option(help: "The port to listen on, 0 for any that is free (PORT; default: 8080).")
    var port: Int?

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
            "Registrations and logins a minute and address, 0 for no limit (RATE_LIMIT_AUTH; default: 10; no effect yet).",
            valueName: "count"))
    var rateLimitAuth: Int?

    @Option(
        help: ArgumentHelp(
            "Ingests a minute and token, 0 for no limit (RATE_LIMIT_INGEST; default: 30; no effect yet).",
            valueName: "count"))
    var rateLimitIngest: Int?

    @Option(
        help: ArgumentHelp(
            "Other requests a minute and token, 0 for no limit (RATE_LIMIT_OTHER; default: 60; no effect yet).",
            valueName: "count"))
    var rateLimitOther: Int?

    @Option(
        help: ArgumentHelp(
            "Proxies whose X-Forwarded-For is believed: addresses or networks, with commas "
                + "(TRUSTED_PROXIES; default: none; no effect yet).", valueName: "list"))
    var trustedProxies: String?

    @Option(
        help: ArgumentHelp(
            "Where mail is handed over: smtp://USER:PASSWORD@HOST:PORT (SMTP_URL; default: none, no mail; no effect yet).",
            valueName: "url"))
    var smtpURL: String?

    @Option(help: ArgumentHelp("Whom mail is from (MAIL_FROM; default: none; no effect yet).", valueName: "address"))
    var mailFrom: String?

    @Option(
        help: ArgumentHelp(
            "Private networks that webhooks may reach, with commas (WEBHOOK_ALLOW; default: none; no effect yet).",
            valueName: "list"))
    var webhookAllow: String?
}

/// What `serve` was told.
struct ServeSettings {
    let host: String
    let port: Int
    /// Nil for one made of host and port.
    let publicURL: String?
    let isRegistrationOpen: Bool

    /// - Throws: ``CommandFailure`` that names the setting and what is allowed.
    init(_ options: ServeOptions, reader: SettingsReader) throws {
        host = try options.host ?? reader.text(.host) ?? "127.0.0.1"
        port = try options.port ?? reader.integer(.port) ?? 8080
        guard (0...65_535).contains(port) else {
            throw CommandFailure("The port must be a number from 0 to 65535, not \(port).")
        }
        publicURL = try options.publicURL ?? reader.text(.publicURL)
        if let publicURL, !publicURL.hasPrefix("http://"), !publicURL.hasPrefix("https://") {
            throw CommandFailure("The public URL must begin with http:// or https://, not \"\(publicURL)\".")
        }
        let registration = try options.registration ?? reader.text(.registration) ?? "open"
        guard ["open", "invite"].contains(registration) else {
            throw CommandFailure("Registration must be open or invite, not \"\(registration)\".")
        }
        isRegistrationOpen = registration == "open"

        for (limit, name) in [
            (options.rateLimitAuth, SettingName.rateLimitAuth), (options.rateLimitIngest, .rateLimitIngest),
            (options.rateLimitOther, .rateLimitOther),
        ] {
            if let limit = try limit ?? reader.integer(name), limit < 0 {
                throw CommandFailure("\(name.rawValue) must be 0 or more, not \(limit).")
            }
        }
        for name in [SettingName.trustedProxies, .smtpURL, .mailFrom, .webhookAllow] { _ = try reader.text(name) }
    }
}
