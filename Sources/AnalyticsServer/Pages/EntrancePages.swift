import AnalyticsCore
import Hummingbird

/// The pages for those who are outside.
///
/// | page           | for                              |
/// |----------------|----------------------------------|
/// | /login         | logging in                       |
/// | /register      | making an account                |
/// | /join/:code    | accepting an invitation          |
/// | /forgot        | asking for a new password        |
/// | /reset/:code   | setting one                      |
struct EntrancePages {
    let kit: PageKit
    let signIn: SignIn
    let hasMail: Bool

    private struct Login: Sendable {
        /// Where to go then: a path of this server, never another's.
        let next: String
        let hasMail: Bool
        /// Whether a new password was set just now.
        let isPasswordSet: Bool
    }

    private struct Registration: Sendable {
        let code: String?
        let isClosed: Bool
    }

    private struct Reset: Sendable {
        let code: String
    }

    private struct Nothing: Sendable {}

    var routes: [Route] {
        [
            kit.openPage("/login", title: "Log in", template: "login") { call in
                Login(
                    next: Self.next(in: call.query), hasMail: hasMail,
                    isPasswordSet: Self.text("password", in: call.query) == "set")
            },
            kit.openPage("/register", title: "Make an account", template: "register") { _ in
                Registration(code: nil, isClosed: try await signIn.needsInvitation())
            },
            kit.openPage("/join/{code}", title: "Join a workspace", template: "register") { call in
                Registration(code: call.parameter("code"), isClosed: false)
            },
            kit.openPage("/forgot", title: "Forgot your password?", template: "forgot") { _ in Nothing() },
            kit.openPage("/reset/{code}", title: "Set a new password", template: "reset") { call in
                Reset(code: call.parameter("code"))
            },
        ]
    }

    private static func next(in query: QueryString) -> String {
        guard let path = text("next", in: query) else { return "/" }
        // "//host" and "/\host" are other servers to a browser.
        let isOurs =
            path.hasPrefix("/") && !path.dropFirst().hasPrefix("/") && !path.contains("\\")
            && path.unicodeScalars.allSatisfy { $0.value > 0x20 }
        return isOurs ? path : "/"
    }

    private static func text(_ name: String, in query: QueryString) -> String? {
        guard case .text(let bytes) = query[name] else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
