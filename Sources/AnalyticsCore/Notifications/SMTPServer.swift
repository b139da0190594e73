import struct Foundation.URLComponents

/// Where mail is handed over.
public struct SMTPServer: Sendable, Equatable {
    /// How the connection is kept from others.
    public enum Security: Sendable, Equatable {
        /// By TLS from the first byte on (`smtps`).
        case tls
        /// By STARTTLS, without which nothing is sent.
        case startTLS
        /// By STARTTLS where the server offers it.
        case startTLSIfOffered
        /// Not at all.
        case none
    }

    /// A name or an address, without brackets.
    public let host: String
    /// The port.
    public let port: Int
    /// How the connection is kept from others.
    public let security: Security
    /// Who logs in, and with which password; nil where nobody does.
    public let login: Login?

    /// Who logs in.
    public struct Login: Sendable, Equatable {
        /// The user.
        public let user: String
        /// The password.
        public let password: String
    }

    /// Why a text names no such server, as a sentence that does not repeat what may be a password.
    public struct Fault: Error, Sendable, Equatable {
        /// The sentence.
        public let reason: String
    }

    /// The server that a URL names: `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`.
    ///
    /// The port is 587, for `smtps` 465, unless it is given. With `smtp` a user needs STARTTLS, and so does
    /// `?starttls=required`; else it is used where it is offered, unless `?starttls=off` says no.
    public init(_ text: String) throws(Fault) {
        let forms = "SMTP_URL must be smtp://USER:PASSWORD@HOST:PORT or smtps://USER:PASSWORD@HOST:PORT"
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            ["smtp", "smtps"].contains(scheme), let host = url.host, !host.isEmpty,
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/?#@\\\"".utf8.contains($0) }),
            url.path.isEmpty || url.path == "/", url.fragment == nil
        else { throw Fault(reason: "\(forms).") }
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let port = url.port ?? (scheme == "smtps" ? 465 : 587)
        guard (1...65_535).contains(port) else { throw Fault(reason: "\(forms), with a port from 1 to 65535.") }
        self.port = port
        if let user = url.user, !user.isEmpty {
            let texts = [user, url.password ?? ""]
            guard texts.allSatisfy({ text in text.unicodeScalars.allSatisfy { $0.value >= 0x20 } }) else {
                throw Fault(reason: "\(forms), without control characters.")
            }
            login = Login(user: user, password: url.password ?? "")
        } else {
            login = nil
        }
        guard (url.queryItems ?? []).allSatisfy({ $0.name == "starttls" }) else {
            throw Fault(reason: "SMTP_URL knows the option starttls alone, as in ?starttls=required.")
        }
        switch (scheme, url.queryItems?.last?.value) {
        case ("smtps", nil): security = .tls
        case ("smtps", _): throw Fault(reason: "SMTP_URL with smtps needs no starttls: TLS begins at once.")
        case (_, nil): security = login == nil ? .startTLSIfOffered : .startTLS
        case (_, "required"): security = .startTLS
        case (_, "off") where login != nil:
            throw Fault(
                reason: "SMTP_URL must not turn starttls off with a user: the password could be read by others.")
        case (_, "off"): security = .none
        default: throw Fault(reason: "SMTP_URL's starttls must be required or off.")
        }
    }
}
