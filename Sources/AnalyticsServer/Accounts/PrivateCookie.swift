import Foundation
import HTTPTypes
import Hummingbird

/// A cookie that no script can read and no other site can send along (RFC 6265).
///
/// Over `https` its name begins with `__Host-`, or `__Secure-` below a path: browsers then take it from this host alone, over
/// `https` alone, so that no neighbour under the same domain can plant one.
struct PrivateCookie {
    let name: String
    private let path: String
    private let isSecure: Bool

    /// - Parameters:
    ///   - name: The name without a prefix.
    ///   - publicURL: What links to this server begin with; where that is `https` the cookie never goes anywhere else.
    init(_ name: String, publicURL: String) {
        isSecure = publicURL.hasPrefix("https://")
        path = isSecure ? Self.path(of: publicURL) : "/"
        self.name = (isSecure ? (path == "/" ? "__Host-" : "__Secure-") : "") + name
    }

    /// The value in the cookies of a request, or nil.
    ///
    /// A cookie of another name is none: the one for `http` could have been planted by a neighbour.
    func value(in request: Request) -> Substring? {
        for field in request.headers[values: .cookie] {
            for cookie in field.split(separator: ";") {
                let parts = cookie.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == name { return parts[1] }
            }
        }
        return nil
    }

    /// The field by which a browser keeps a value for so many seconds; none forgets it.
    func field(_ value: String, seconds: Int) -> HTTPField {
        let secure = isSecure ? "; Secure" : ""
        return HTTPField(
            name: .setCookie,
            value: "\(name)=\(value); Max-Age=\(seconds); Path=\(path); HttpOnly; SameSite=Strict\(secure)")
    }

    /// The path of a URL, `/` where it has none or one that cannot stand in a cookie.
    private static func path(of url: String) -> String {
        guard let path = URLComponents(string: url)?.percentEncodedPath, !path.isEmpty, !path.contains(";") else {
            return "/"
        }
        return path
    }
}
