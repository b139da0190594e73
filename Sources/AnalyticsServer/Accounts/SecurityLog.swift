import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import Logging

/// Writes a line of the category `security` for each request that was refused with 401, 403 or 429.
///
/// Of an address and a status it writes ten lines a minute at most, and 600 in all: requests that are refused cost their
/// sender nothing, and must not fill the disk.
struct SecurityLog: Sendable {
    private struct Subject: Hashable {
        let address: NetworkAddress?
        let status: Int
    }

    private let subjects = RateLimiter<Subject>(limit: 10)
    private let all = RateLimiter<Int>(limit: 600, capacity: 2)

    /// Writes a line where an error refuses a request.
    ///
    /// - Parameters:
    ///   - error: What is thrown in the place of an answer.
    ///   - request: The request.
    ///   - context: The request's, whose logger names it by its id.
    ///   - path: That of the route, without what stands in it: that may be secret.
    ///   - address: The client's; nil where it is not known.
    ///   - session: Who sent it; nil where nobody was let in.
    ///   - now: When.
    func note(
        _ error: any Error, _ request: Request, _ context: AppContext, path: String, from address: NetworkAddress?,
        by session: Session?, now: Instant
    ) {
        guard let refusal = error as? APIError,
            [.unauthorized, .forbidden, .tooManyRequests].contains(refusal.status)
        else { return }
        let quota = subjects.hit(Subject(address: address?.subscriber, status: refusal.status.code), now: now)
        guard !quota.isExceeded, !all.hit(0, now: now).isExceeded else { return }
        var metadata: Logger.Metadata = [
            "category": "security", "status": "\(refusal.status.code)", "method": "\(request.method)",
            "path": "\(path)", "address": "\(address?.description ?? "unknown")",
        ]
        if let userID = refusal.userID ?? session?.member.user.id { metadata["user_id"] = "\(userID)" }
        if let tokenID = session?.token.id { metadata["token_id"] = "\(tokenID)" }
        if let required = refusal.required { metadata["required"] = "\(required)" }
        if quota.remaining == 0 { metadata["further_lines_from"] = "\(quota.end)" }
        context.logger.notice("A request was refused", metadata: metadata)
    }
}
