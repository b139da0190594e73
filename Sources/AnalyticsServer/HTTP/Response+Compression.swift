import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// The same answer, compressed on its way where the client takes that (RFC 9110, 12.5.3).
    ///
    /// Caches are told that the answer depends on what the client takes.
    func compressed(for request: Request) -> Response {
        var response = self
        response.headers[values: .vary].append("Accept-Encoding")
        guard Acceptance.takesGzip(request) else { return response }
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        let body = response.body
        response.body = ResponseBody { writer in try await body.write(GzipWriter(to: writer)) }
        return response
    }
}

/// What compresses a body that is written through it.
private struct GzipWriter: ResponseBodyWriter {
    private let encoder: GzipEncoder
    private var writer: any ResponseBodyWriter

    init(to writer: any ResponseBodyWriter) throws {
        encoder = try GzipEncoder()
        self.writer = writer
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        let bytes = try encoder.encode(buffer.readableBytesView)
        if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
    }

    consuming func finish(_ trailers: HTTPFields?) async throws {
        try await writer.write(ByteBuffer(bytes: try encoder.encode([], isLast: true)))
        try await writer.finish(trailers)
    }
}
