import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// The cookie by which a browser is known again in which somebody has logged in.
///
/// It lets nobody in. Of the secret in it the database keeps a hash, for the users who have logged in with that browser.
enum KnownBrowser {
    private static let secretLength = 40
    /// As long as browsers keep a cookie at most.
    private static let lifetimeSeconds = 400 * 86_400

    private static func cookie(publicURL: String) -> PrivateCookie {
        PrivateCookie("analyticspro_browser", publicURL: publicURL)
    }

    /// The secret in the cookies of a request, or nil.
    static func secret(in request: Request, publicURL: String) -> String? {
        guard let value = cookie(publicURL: publicURL).value(in: request), value.utf8.count == secretLength else {
            return nil
        }
        return String(value)
    }

    /// A new secret.
    static func makeSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        return RandomText.lettersAndDigits(secretLength, using: &generator)
    }

    /// The field by which a browser keeps a secret.
    static func cookie(_ secret: String, publicURL: String) -> HTTPField {
        cookie(publicURL: publicURL).field(secret, seconds: lifetimeSeconds)
    }
}
