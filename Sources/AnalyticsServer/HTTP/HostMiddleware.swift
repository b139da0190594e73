import HTTPTypes
import Hummingbird

/// Refuses requests whose `Host` is missing, is there twice or is not a host (RFC 9112, section 3.2): 400.
///
/// A proxy and this server that read different hosts could be made to disagree on a cache entry or a link.
struct HostMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        // The first one is the request's authority; a second one stays among the header fields.
        guard let host = request.head.authority, request.headers[.host] == nil, Self.isHost(host.utf8) else {
            return Response(failing: APIError.badHost, request: request, context: context)
        }
        return try await next(request, context)
    }

    /// Whether a text is a host name, an IPv4 address or an IPv6 address in brackets, perhaps with a port.
    static func isHost(_ text: some Collection<UInt8>) -> Bool {
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = text[..<end].dropFirst()
            return !address.isEmpty && address.allSatisfy(isOfAddress) && isPort(text[end...].dropFirst())
        }
        let name = text.prefix { $0 != UInt8(ascii: ":") }
        return !name.isEmpty && name.count <= 255 && name.allSatisfy(isOfName) && isPort(text.dropFirst(name.count))
    }

    private static func isPort(_ text: some Collection<UInt8>) -> Bool {
        guard let colon = text.first else { return true }
        let digits = text.dropFirst()
        return colon == UInt8(ascii: ":") && digits.count <= 5 && digits.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Underscores are no part of a host name, and are common in those of containers.
    private static func isOfName(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || "-._".utf8.contains(byte) }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || ":.".utf8.contains(byte)
    }
}

extension APIError {
    fileprivate static let badHost = APIError(
        status: .badRequest, code: "malformed_host",
        message: "The Host header must be sent once, with a host name or an address and perhaps a port.")
}

extension HTTPField.Name {
    fileprivate static let host = known("Host")
}
