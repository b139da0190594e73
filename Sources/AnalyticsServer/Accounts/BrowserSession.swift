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

    private static let name = "analyticspro_session"
    /// The server decides when a session is over; the browser forgets it after 30 days.
    private static let lifetimeSeconds = 30 * 86_400

    /// The token in the cookies of a request (RFC 6265, section 5.4), or nil.
    static func token(in request: Request) -> TokenSecret? {
        for field in request.headers[values: .cookie] {
            for cookie in field.split(separator: ";") {
                let parts = cookie.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == name { return TokenSecret(parts[1]) }
            }
        }
        return nil
    }

    /// The field by which a browser keeps a token.
    ///
    /// - Parameter publicURL: What links to this server begin with; where that is `https` the cookie never goes anywhere else.
    static func cookie(_ token: TokenSecret, publicURL: String) -> HTTPField {
        field("\(token.text); Max-Age=\(lifetimeSeconds)", publicURL)
    }

    /// The field by which a browser forgets its token.
    static func removal(publicURL: String) -> HTTPField {
        field("; Max-Age=0", publicURL)
    }

    private static func field(_ value: String, _ publicURL: String) -> HTTPField {
        let secure = publicURL.hasPrefix("https://") ? "; Secure" : ""
        return HTTPField(name: .setCookie, value: "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict\(secure)")
    }

    /// Whether a request comes from a page of this server: `Origin` is its public URL's or that of the host that was asked.
    ///
    /// No other site can choose either of them for a browser that somebody is logged in with.
    static func isSameOrigin(_ request: Request, publicURL: String) -> Bool {
        guard let origin = request.headers[.origin]?.lowercased() else { return false }
        if origin == self.origin(of: publicURL) { return true }
        guard let host = request.head.authority?.lowercased() else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
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
