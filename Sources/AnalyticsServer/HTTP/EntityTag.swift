import HTTPTypes
import Hummingbird

extension Request {
    /// Whether the client has what is of a tag, by `If-None-Match` (RFC 9110, section 13.1.2: by weak comparison).
    func hasCurrent(_ etag: String) -> Bool {
        guard let condition = headers[.ifNoneMatch] else { return false }
        return condition.split(separator: ",").contains { candidate in
            let tag = candidate.drop { $0 == " " }.prefix { $0 != " " }
            return tag == "*" || tag == etag || (tag.hasPrefix("W/") && tag.dropFirst(2) == etag)
        }
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits for each byte.
    var hexadecimal: String {
        map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
