import AnalyticsCore
import AnalyticsStore

/// Counts wrong passwords, so that guessing is slow and strangers keep nobody out.
///
/// | what is counted                                                                      | room             |
/// |--------------------------------------------------------------------------------------|------------------|
/// | an e-mail address and a client's address, or a browser that is known to its user     | 10 a minute      |
/// | an e-mail address, from all networks and browsers from which its user never logged in | 100 an hour      |
/// | an e-mail address and one network or browser from which its user did                 | 100 an hour each |
/// | changes of a user's password, with all tokens                                        | 100 an hour      |
///
/// A token that is used for five wrong passwords within an hour ends. Only failures count, and it is decided before a
/// password is hashed. Each process counts for itself and forgets it when it ends.
struct FailedSignIns: Sendable {
    /// Where a password comes from.
    struct Visitor: Sendable {
        /// The client's address; nil where it is not known.
        let address: NetworkAddress?
        /// The secret of the browser; nil where it has none.
        let browserSecret: String?

        /// What may be known of it.
        var origins: [KnownOrigin] { [browser, network].compactMap(\.self) }

        fileprivate var browser: KnownOrigin? { browserSecret.map { .browser(secret: $0) } }
        var network: KnownOrigin? { address.map { .network($0) } }
    }

    /// A password that is being tried.
    struct Attempt: Sendable {
        fileprivate let minute: FailureCounter<Guess>.Attempt?
        fileprivate let hour: FailureCounter<Guess>.Attempt?
        fileprivate let token: FailureCounter<Int64>.Attempt?
        /// Whether the token that it came with ends where the password is wrong.
        fileprivate(set) var isLastOfToken = false
    }

    /// Whose password is guessed, and by whom.
    fileprivate struct Guess: Hashable, Sendable {
        enum Source: Hashable {
            case address(NetworkAddress?)
            case known(KnownOrigin)
            case strangers
            case ownTokens
        }

        let email: String
        let source: Source
    }

    private let minutes: FailureCounter<Guess>?
    private let hours: FailureCounter<Guess>?
    private let tokens: FailureCounter<Int64>?

    /// The wrong passwords a minute.
    static let mostInMinute = 10
    /// The wrong passwords an hour.
    static let mostInHour = 100
    /// The wrong passwords with one token, an hour.
    static let mostOfToken = 5

    /// - Parameter isLimited: Whether anything is counted at all.
    init(isLimited: Bool) {
        minutes = isLimited ? FailureCounter(limit: Self.mostInMinute, seconds: 60) : nil
        hours = isLimited ? FailureCounter(limit: Self.mostInHour, seconds: 3_600) : nil
        tokens = isLimited ? FailureCounter(limit: Self.mostOfToken, seconds: 3_600) : nil
    }

    /// Counts a password that somebody tries to log in with.
    ///
    /// - Parameters:
    ///   - email: Whose it is meant to be.
    ///   - visitor: Where it comes from.
    ///   - known: The origins of the visitor from which the user has logged in.
    ///   - now: When.
    /// - Throws: ``APIError`` of status 429 where there were too many wrong ones.
    func begin(
        _ email: EmailAddress, from visitor: Visitor, known: Set<KnownOrigin>, now: Instant
    ) throws(APIError) -> Attempt {
        let browser = visitor.browser.flatMap { known.contains($0) ? $0 : nil }
        let network = visitor.network.flatMap { known.contains($0) ? $0 : nil }
        return try begin(
            email, minute: browser.map { .known($0) } ?? .address(visitor.address?.subscriber),
            hour: (browser ?? network).map { .known($0) } ?? .strangers, tokenID: nil, now: now)
    }

    /// Counts a password that somebody who is let in gives as the current one.
    ///
    /// - Throws: ``APIError`` of status 429 where there were too many wrong ones.
    func beginChange(
        of email: EmailAddress, from address: NetworkAddress?, tokenID: Int64, now: Instant
    ) throws(APIError) -> Attempt {
        try begin(
            email, minute: .address(address?.subscriber), hour: .ownTokens, tokenID: tokenID, now: now)
    }

    /// Takes an attempt back, because the password was right or was not looked at.
    func takeBack(_ attempt: Attempt) {
        if let minute = attempt.minute { minutes?.takeBack(minute) }
        if let hour = attempt.hour { hours?.takeBack(hour) }
        if let token = attempt.token { tokens?.takeBack(token) }
    }

    private func begin(
        _ email: EmailAddress, minute: Guess.Source, hour: Guess.Source, tokenID: Int64?, now: Instant
    ) throws(APIError) -> Attempt {
        let inMinute = try minutes?.begin(Guess(email: email.text, source: minute), now: now)
        do throws(APIError) {
            let inHour = try hours?.begin(Guess(email: email.text, source: hour), now: now)
            do throws(APIError) {
                var ofToken: FailureCounter<Int64>.Attempt?
                if let tokenID { ofToken = try tokens?.begin(tokenID, now: now) }
                return Attempt(
                    minute: inMinute, hour: inHour, token: ofToken,
                    isLastOfToken: ofToken.map { $0.failures >= Self.mostOfToken } ?? false)
            } catch {
                if let inHour { hours?.takeBack(inHour) }
                throw error
            }
        } catch {
            if let inMinute { minutes?.takeBack(inMinute) }
            throw error
        }
    }
}
