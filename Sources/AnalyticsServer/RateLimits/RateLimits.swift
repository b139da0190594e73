import AnalyticsCore
import AnalyticsStore
import HTTPTypes

/// How many requests a minute are answered; 0 is any number.
public struct RateLimits: Sendable, Equatable {
    /// Registrations, logins and forgotten passwords, together, of a client's address; and logins of an e-mail address.
    public var auth: Int
    /// Requests that store data points, of a token.
    public var ingest: Int
    /// All other requests of a token.
    public var other: Int
    /// Pages and pictures that need no token, of a client's address; and all that one browser asks for that is logged in.
    public var pages: Int

    /// What the API's reference says, where nothing else is said.
    public init(auth: Int = 10, ingest: Int = 30, other: Int = 60, pages: Int = 600) {
        self.auth = auth
        self.ingest = ingest
        self.other = other
        self.pages = pages
    }

    /// No limit at all.
    public static let none = RateLimits(auth: 0, ingest: 0, other: 0, pages: 0)
}

/// What a request counts as.
enum RateLimitClass: String, Sendable {
    /// Counted by the client's address.
    case auth, pages
    /// Counted by token.
    case ingest, other
}

/// The counters of a server.
struct RateLimitCounters: Sendable {
    private let addresses: RateLimiter<NetworkAddress?>?
    private let visitors: RateLimiter<NetworkAddress?>?
    private let browsers: RateLimiter<Int64>?
    private let logins: RateLimiter<String>?
    fileprivate let resets: RateLimiter<String>?
    private let ingests: RateLimiter<Int64>?
    private let others: RateLimiter<Int64>?

    init(_ limits: RateLimits) {
        addresses = limits.auth > 0 ? RateLimiter(limit: limits.auth) : nil
        visitors = limits.pages > 0 ? RateLimiter(limit: limits.pages) : nil
        browsers = limits.pages > 0 ? RateLimiter(limit: limits.pages) : nil
        logins = limits.auth > 0 ? RateLimiter(limit: Self.loginsPerEmail) : nil
        resets = limits.auth > 0 ? RateLimiter(limit: Self.resetsPerEmail) : nil
        ingests = limits.ingest > 0 ? RateLimiter(limit: limits.ingest) : nil
        others = limits.other > 0 ? RateLimiter(limit: limits.other) : nil
    }

    /// How many logins a minute may name one e-mail address, wherever they come from.
    private static let loginsPerEmail = 10
    /// How many mails with a link to a new password a minute may be asked for of one e-mail address.
    private static let resetsPerEmail = 3

    /// Counts a request of a client's address; nil where that has no limit.
    ///
    /// Clients of which the address is not known count as one.
    func hit(_ limit: RateLimitClass, from address: NetworkAddress?, now: Instant) -> Quota? {
        switch limit {
        case .auth: addresses?.hit(address?.subscriber, now: now)
        case .pages: visitors?.hit(address?.subscriber, now: now)
        case .ingest, .other: nil
        }
    }

    /// Counts a request of a token; nil where that has no limit.
    func hit(_ limit: RateLimitClass, tokenID: Int64, now: Instant) -> Quota? {
        switch limit {
        case .ingest: ingests?.hit(tokenID, now: now)
        case .other: others?.hit(tokenID, now: now)
        case .auth, .pages: nil
        }
    }

    /// Counts a request with a browser's session, whatever it is for; nil where that has no limit.
    func hitPage(tokenID: Int64, now: Instant) -> Quota? {
        browsers?.hit(tokenID, now: now)
    }

    /// Counts a login.
    ///
    /// - Throws: ``APIError`` of status 429 where there were too many with that e-mail address.
    func hitLogin(email: EmailAddress, now: Instant) throws {
        if let quota = logins?.hit(email.text, now: now), quota.isExceeded { throw APIError.tooManyAttempts(quota) }
    }
}

extension RateLimitCounters {
    /// Counts a mail with a link to a new password.
    ///
    /// - Throws: ``APIError`` of status 429 where there were too many for that address.
    func hitReset(email: EmailAddress, now: Instant) throws {
        if let quota = resets?.hit(email.text, now: now), quota.isExceeded { throw APIError.tooManyAttempts(quota) }
    }
}

extension APIError {
    static func tooManyAttempts(_ quota: Quota) -> APIError {
        var headers = quota.headers
        headers[.retryAfter] = String(quota.secondsToWait)
        headers[.rateLimitReset] = String(quota.reset)
        return APIError(
            status: .tooManyRequests, code: "rate_limited", message: "Too Many Attempts.", headers: headers)
    }
}

extension Quota {
    /// `X-RateLimit-Limit` and `X-RateLimit-Remaining`.
    var headers: HTTPFields {
        var fields = HTTPFields()
        add(to: &fields)
        return fields
    }

    /// Adds ``headers`` to fields that have none of them.
    func add(to fields: inout HTTPFields) {
        fields.append(HTTPField(name: .rateLimitLimit, value: limitText))
        fields.append(HTTPField(name: .rateLimitRemaining, value: String(remaining)))
    }
}

extension HTTPField.Name {
    static let rateLimitLimit = HTTPField.Name.known("X-RateLimit-Limit")
    static let rateLimitRemaining = HTTPField.Name.known("X-RateLimit-Remaining")
    static let rateLimitReset = HTTPField.Name.known("X-RateLimit-Reset")
}
