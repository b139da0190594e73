import AnalyticsCore
import Foundation
import HTTPTypes
import Hummingbird

/// What a browser is let in by: a token in a cookie that no script can read and no other site can have sent.
enum BrowserSession {
    /// For how long a session that is not used is good: twelve hours, in seconds.
    static let idleSeconds: Int64 = 12 * 3_600
    /// How long before its end a use makes it longer; so that is written once an hour at most.
    static let renewalSeconds: Int64 = 11 * 3_600

    /// For how long a session is good however much it is used: 30 days, in seconds.
    static let longestSeconds: Int64 = 30 * 86_400

    /// When a session ends that is used now and not again.
    static func end(begunAt begin: Instant, usedAt now: Instant) -> Instant {
        min(now.advanced(bySeconds: idleSeconds), begin.advanced(bySeconds: longestSeconds))
    }

    /// The server decides when a session is over; the browser forgets it after 30 days.
    private static let lifetimeSeconds = 30 * 86_400

    private static func cookie(publicURL: String) -> PrivateCookie {
        PrivateCookie("analyticspro_session", publicURL: publicURL)
    }

    /// The token in the cookies of a request, or nil.
    static func token(in request: Request, publicURL: String) -> TokenSecret? {
        cookie(publicURL: publicURL).value(in: request).flatMap { TokenSecret($0) }
    }

    /// The field by which a browser keeps a token.
    ///
    /// - Parameter publicURL: What links to this server begin with; where that is `https` the cookie never goes anywhere else.
    static func cookie(_ token: TokenSecret, publicURL: String) -> HTTPField {
        cookie(publicURL: publicURL).field(token.text, seconds: lifetimeSeconds)
    }

    /// The field by which a browser forgets its token.
    static func removal(publicURL: String) -> HTTPField {
        cookie(publicURL: publicURL).field("", seconds: 0)
    }

    /// Whether a request comes from a page of this server: `Origin` is its public URL's or that of the host that was asked.
    ///
    /// No other site can choose either of them for a browser that somebody is logged in with. Where the public URL is
    /// `https`, a page that came over `http` is foreign: anyone on the way may have written it.
    static func isSameOrigin(_ request: Request, publicURL: String) -> Bool {
        guard let origin = request.headers[.origin]?.lowercased() else { return false }
        if origin == self.origin(of: publicURL) { return true }
        guard let host = request.head.authority?.lowercased() else { return false }
        return origin == "https://\(host)" || !publicURL.hasPrefix("https://") && origin == "http://\(host)"
    }

    /// Scheme, host and port of a URL.
    private static func origin(of url: String) -> String? {
        guard let parts = URLComponents(string: url.lowercased()), let scheme = parts.scheme, let host = parts.host
        else {
            return nil
        }
        return "\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
    }
}
