import Hummingbird
import NIOCore

/// Reads a request's body piece by piece, as far as it may go.
struct BodyReader {
    private let limit: Int
    private var count = 0
    private var body: RequestBody.AsyncIterator

    /// - Parameters:
    ///   - request: Whose body it is.
    ///   - limit: How many bytes it may have.
    /// - Throws: ``APIError`` where it is compressed or announced as too long.
    init(_ request: Request, limit: Int) throws(APIError) {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw APIError.compressedBody
        }
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > limit {
            throw APIError.bodyTooLarge(limit: limit)
        }
        self.limit = limit
        body = request.body.makeAsyncIterator()
    }

    /// The next piece, which is not empty; nil at the end.
    ///
    /// - Throws: ``APIError`` where it becomes too long or breaks off, which is the client's fault and not ours.
    mutating func next() async throws(APIError) -> [UInt8]? {
        while true {
            var buffer: ByteBuffer
            do {
                guard let next = try await body.next() else { return nil }
                buffer = next
            } catch {
                throw APIError.brokenBody
            }
            guard let bytes = buffer.readBytes(length: buffer.readableBytes), !bytes.isEmpty else { continue }
            count += bytes.count
            guard count <= limit else { throw APIError.bodyTooLarge(limit: limit) }
            return bytes
        }
    }
}
