import AnalyticsCore
import AnalyticsServer
import AnalyticsStore
import Logging

/// How the texts of settings are read, each with what is allowed.
enum SettingText {
    typealias Parser<Value> = @Sendable (String) throws(SettingFault) -> Value

    static let any: Parser<String> = { text throws(SettingFault) in text }

    static let optional: Parser<String?> = { text throws(SettingFault) in text }

    static let secretsKeys: Parser<[SecretKeyring.Key]> = { text throws(SettingFault) in
        try list(text).map { entry throws(SettingFault) in
            guard let key = SecretKeyring.Key(base64: entry) else {
                throw SettingFault("must be 32 bytes in base64, such as `openssl rand -base64 32` prints")
            }
            return key
        }
    }

    static func integer(in allowed: ClosedRange<Int>) -> Parser<Int> {
        { text throws(SettingFault) in
            let number = try wholeNumber(text)
            guard allowed.contains(number) else {
                throw SettingFault("must be from \(allowed.lowerBound) to \(allowed.upperBound), not \(number)")
            }
            return number
        }
    }

    static func integer(atLeast least: Int) -> Parser<Int> {
        { text throws(SettingFault) in
            let number = try wholeNumber(text)
            guard number >= least else { throw SettingFault("must be \(least) or more, not \(number)") }
            return number
        }
    }

    /// A number of which 0 is no limit.
    static let limit: Parser<Int?> = { text throws(SettingFault) in
        let number = try wholeNumber(text)
        guard number >= 0 else { throw SettingFault("must be 0 or more, not \(number)") }
        return number == 0 ? nil : number
    }

    /// A count of 0 or more, for settings whose default follows from another.
    static let optionalCount: Parser<Int?> = { text throws(SettingFault) in try integer(atLeast: 0)(text) }

    private static func wholeNumber(_ text: String) throws(SettingFault) -> Int {
        guard let number = Int(text) else { throw SettingFault("must be a whole number, not \"\(text)\"") }
        return number
    }

    /// A bound of which 0 means none.
    static let quota: Parser<Int?> = { text throws(SettingFault) in try integer(atLeast: 0)(text) }

    /// A number of days of which 0 means for good.
    static let retention: Parser<Int?> = { text throws(SettingFault) in try integer(in: 0...36_500)(text) }

    /// A percentage of which 0 means none.
    static let percentage: Parser<Int?> = { text throws(SettingFault) in try integer(in: 0...99)(text) }

    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>() -> Parser<Choice> {
        let choices = Array(Choice.allCases)
        return { text throws(SettingFault) in
            guard let choice = choices.first(where: { $0.rawValue == text }) else {
                let allowed = choices.map(\.rawValue).joined(separator: " or ")
                throw SettingFault("must be \(allowed), not \"\(text)\"")
            }
            return choice
        }
    }

    static let networks: Parser<[Network]> = { text throws(SettingFault) in
        var networks: [Network] = []
        for entry in list(text) {
            guard let network = Network(entry) else {
                throw SettingFault("must be addresses or networks such as 10.0.0.0/8, not \"\(entry)\"")
            }
            networks.append(network)
        }
        return networks
    }

    static let origins: Parser<AllowedOrigins> = { text throws(SettingFault) in
        let origins = list(text)
        if origins == ["*"] { return .all }
        guard let allowed = AllowedOrigins(origins) else {
            throw SettingFault(
                "must be * or origins such as https://app.example.com, not \"\(origins.joined(separator: ","))\"")
        }
        return allowed
    }

    /// The entries between commas or spaces.
    private static func list(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " }.map(String.init)
    }

    static let database: Parser<DatabaseLocation> = { text throws(SettingFault) in
        do {
            return try DatabaseLocation(url: text)
        } catch {
            throw SettingFault(sentence: "\(error)")
        }
    }

    static let publicURL: Parser<String?> = { text throws(SettingFault) in
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
            throw SettingFault("must begin with http:// or https://, not \"\(text)\"")
        }
        return text
    }

    static let smtpServer: Parser<SMTPServer?> = { text throws(SettingFault) in
        do throws(SMTPServer.Fault) {
            return try SMTPServer(text)
        } catch {
            throw SettingFault(sentence: error.reason)
        }
    }

    static let mailSender: Parser<MailSender?> = { text throws(SettingFault) in
        guard let sender = MailSender(text) else {
            throw SettingFault(
                "must be an address such as numbers@example.com or Name <numbers@example.com>, not \"\(text)\"")
        }
        return sender
    }

    /// Days, or nil for good.
    static let reportRetention: Parser<Int?> = { text throws(SettingFault) in
        let days = try wholeNumber(text)
        if days == 0 { return nil }
        let allowed = Report.leastRetentionDays...36_500
        guard allowed.contains(days) else {
            throw SettingFault(
                "must be 0 or from \(allowed.lowerBound) to \(allowed.upperBound) days, not \(days): mail with a report "
                    + "is tried for three days")
        }
        return days
    }

    /// Days, or nil for good.
    static let auditRetention: Parser<Int?> = { text throws(SettingFault) in
        let days = try wholeNumber(text)
        if days == 0 { return nil }
        guard (30...36_500).contains(days) else {
            throw SettingFault("must be 0 or from 30 to 36500 days, not \(days)")
        }
        return days
    }

    static let logLevel: Parser<Logger.Level?> = { text throws(SettingFault) in
        guard let level = Logger.Level(rawValue: text) else {
            let allowed = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingFault("must be one of \(allowed), not \"\(text)\"")
        }
        return level
    }

    static let passwordCost: Parser<PasswordHasher.Cost> = { text throws(SettingFault) in
        guard let cost = PasswordHasher.Cost(text) else {
            throw SettingFault("must be scrypt's parameters, such as ln=14,r=8,p=5, not \"\(text)\"")
        }
        return cost
    }
}
