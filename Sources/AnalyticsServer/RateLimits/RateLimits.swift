import AnalyticsCore
import AnalyticsStore
import HTTPTypes

/// How many requests a minute are answered; 0 is any number.
public struct RateLimits: Sendable, Equatable {
    /// Registrations, logins and forgotten passwords, together, of a client's address; with 0 failed sign-ins are not
    /// counted either.
    public var auth: Int
    /// Requests that store data points.
    public var ingest: Shares
    /// All other requests with a token.
    public var other: Shares
    /// All requests of browsers that are logged in; and without a token pages, pictures and wrong tokens of an address.
    public var pages: Shares

    /// The limits of one class of requests: of a token, of a user and of a workspace.
    ///
    /// The smallest decides. A user cannot get more by making tokens, nor a workspace by inviting users.
    public struct Shares: Sendable, Equatable, ExpressibleByIntegerLiteral {
        /// Of a token, or of a browser's session; 0 also switches the other two off.
        public var token: Int
        /// Of a user with all tokens.
        public var user: Int
        /// Of a workspace with all its users.
        public var workspace: Int

        /// - Parameters:
        ///   - token: Of a token.
        ///   - user: Of a user; ten times a token's limit unless given.
        ///   - workspace: Of a workspace; thirty times a token's limit unless given.
        public init(_ token: Int, user: Int? = nil, workspace: Int? = nil) {
            self.token = token
            self.user = user ?? token.multiplied(by: 10)
            self.workspace = workspace ?? token.multiplied(by: 30)
        }

        /// The limits that follow from a token's.
        public init(integerLiteral token: Int) {
            self.init(token)
        }
    }

    /// What the API's reference says, where nothing else is said.
    public init(
        auth: Int = 10, ingest: Shares = 30, other: Shares = 60, pages: Shares = 600
    ) {
        self.auth = auth
        self.ingest = ingest
        self.other = other
        self.pages = pages
    }

    /// No limit at all.
    public static let none = RateLimits(auth: 0, ingest: 0, other: 0, pages: 0)
}

extension Int {
    /// The product, or the largest number where it would be larger.
    fileprivate func multiplied(by factor: Int) -> Int {
        let (product, isTooLarge) = multipliedReportingOverflow(by: factor)
        return isTooLarge ? .max : product
    }
}

/// What a request counts as.
enum RateLimitClass: String, Sendable {
    /// Counted by the client's address.
    case auth, pages
    /// Counted by token, user and workspace.
    case ingest, other
}

/// The counters of a server.
struct RateLimitCounters: Sendable {
    private let entrants: AddressCounters?
    private let visitors: AddressCounters?
    private let wrongTokens: AddressCounters?
    fileprivate let resets: RateLimiter<String>?
    private let browsers: SessionCounters?
    private let ingests: SessionCounters?
    private let others: SessionCounters?

    init(_ limits: RateLimits) {
        entrants = AddressCounters(limits.auth)
        visitors = AddressCounters(limits.pages.token)
        wrongTokens = AddressCounters(limits.pages.token)
        resets = limits.auth > 0 ? RateLimiter(limit: Self.resetsPerEmail) : nil
        browsers = SessionCounters(limits.pages)
        ingests = SessionCounters(limits.ingest)
        others = SessionCounters(limits.other)
    }

    /// How many mails with a link to a new password a minute may be asked for of one e-mail address.
    private static let resetsPerEmail = 3

    /// Counts a request of a client's address; nil where that has no limit.
    ///
    /// Clients of which the address is not known count as one.
    func hit(_ limit: RateLimitClass, from address: NetworkAddress?, now: Instant) -> Quota? {
        switch limit {
        case .auth: entrants?.hit(address, now: now)
        case .pages: visitors?.hit(address, now: now)
        case .ingest, .other: nil
        }
    }

    /// Counts a request of a session, by token, user and workspace; nil where that has no limit.
    ///
    /// - Parameter isBrowser: Whether the session came in a browser's cookie: those count alike, whatever they are for.
    func hit(_ limit: RateLimitClass, by session: Session, isBrowser: Bool, now: Instant) -> Quota? {
        if isBrowser { return browsers?.hit(session, now: now) }
        return switch limit {
        case .ingest: ingests?.hit(session, now: now)
        case .other: others?.hit(session, now: now)
        case .auth, .pages: nil
        }
    }

    /// Counts a token that was wrong.
    func hitWrongToken(from address: NetworkAddress?, now: Instant) {
        _ = wrongTokens?.hit(address, now: now)
    }

    /// Refuses to look a token up for an address from which too many were wrong.
    ///
    /// - Throws: ``APIError`` of status 429.
    func checkWrongTokens(from address: NetworkAddress?, now: Instant) throws(APIError) {
        if let quota = wrongTokens?.peek(address, now: now), quota.isExceeded { throw .tooManyAttempts(quota) }
    }
}

/// The counters of requests with a token: of the token, of its user and of the user's workspace.
private struct SessionCounters: Sendable {
    private let tokens: RateLimiter<Int64>
    private let users: RateLimiter<Int64>?
    private let workspaces: RateLimiter<Int64>?

    /// Nil where there is no limit.
    init?(_ limits: RateLimits.Shares) {
        guard limits.token > 0 else { return nil }
        tokens = RateLimiter(limit: limits.token)
        users = limits.user > 0 ? RateLimiter(limit: limits.user) : nil
        workspaces = limits.workspace > 0 ? RateLimiter(limit: limits.workspace) : nil
    }

    /// Counts a request.
    ///
    /// A request that is refused counts no further: a token that goes on beyond its limit uses nothing of its user's, nor
    /// a user of the workspace's.
    ///
    /// - Returns: The quota with the least left, or the one that is exceeded.
    func hit(_ session: Session, now: Instant) -> Quota {
        var least = tokens.hit(session.token.id, now: now)
        if let users, !least.isExceeded {
            least = least.orScarcer(users.hit(session.member.user.id, now: now))
        }
        if let workspaces, !least.isExceeded {
            least = least.orScarcer(workspaces.hit(session.member.workspace.id, now: now))
        }
        return least
    }
}

/// The counters of requests from addresses: of the subscriber and, for version 6, of the site.
private struct AddressCounters: Sendable {
    private let subscribers: RateLimiter<NetworkAddress?>
    private let sites: RateLimiter<NetworkAddress>

    /// The factor by which a site's limit is above a subscriber's.
    ///
    /// One customer often has a whole site, of which some providers give each device a network of its own.
    private static let factor = 10

    /// Nil where there is no limit.
    init?(_ limit: Int) {
        guard limit > 0 else { return nil }
        subscribers = RateLimiter(limit: limit)
        sites = RateLimiter(limit: limit.multiplied(by: Self.factor))
    }

    /// Counts a request; one that is refused by the subscriber's count uses nothing of the site's.
    func hit(_ address: NetworkAddress?, now: Instant) -> Quota {
        let quota = subscribers.hit(address?.subscriber, now: now)
        guard let site = address?.site, !quota.isExceeded else { return quota }
        return quota.orScarcer(sites.hit(site, now: now))
    }

    /// The quota that another request would find.
    func peek(_ address: NetworkAddress?, now: Instant) -> Quota {
        let quota = subscribers.peek(address?.subscriber, now: now)
        guard let site = address?.site, !quota.isExceeded else { return quota }
        return quota.orScarcer(sites.peek(site, now: now))
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
    /// The one of two with less left, or this one where both have as much; an exceeded one comes before any other.
    fileprivate func orScarcer(_ other: Quota) -> Quota {
        if isExceeded != other.isExceeded { return isExceeded ? self : other }
        return other.remaining < remaining ? other : self
    }

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
