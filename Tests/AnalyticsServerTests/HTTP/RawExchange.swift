import AnalyticsTesting
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A connection over which a request goes byte by byte as a test wrote it.
struct RawExchange {
    let port: Int

    /// A call of the system that failed.
    struct Failure: Error {
        let number: Int32
    }

    /// Sends a request that asks the server to close the connection afterwards.
    ///
    /// - Returns: Everything that the server said until then.
    func send(_ request: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own, because the calls block.
            Thread.detachNewThread { [port] in
                continuation.resume(with: Result { try Self.exchange(Array(request.utf8), port: port) })
            }
        }
    }

    /// Connects and sends a request, and does nothing more: what the server says waits to be read.
    ///
    /// - Returns: The connection, which the caller must `close`.
    func begin(_ request: String) throws -> Int32 {
        try Self.begin(Array(request.utf8), port: port)
    }

    /// The first bytes of the server's over a connection; empty if it closes the connection without an answer.
    func firstBytes(of connection: Int32) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = read(connection, &buffer, buffer.count)
                continuation.resume(returning: String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self))
            }
        }
    }

    private static func begin(_ request: [UInt8], port: Int) throws -> Int32 {
        #if canImport(Glibc)
            let type = Int32(SOCK_STREAM.rawValue)
        #else
            let type = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw Failure(number: errno) }
        do {
            try send(request, to: port, over: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func send(_ request: [UInt8], to port: Int, over descriptor: Int32) throws {
        var limit = timeval(tv_sec: Int(60 * Patience.factor), tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var addresses: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo("127.0.0.1", String(port), nil, &addresses) == 0, let address = addresses else {
            throw Failure(number: errno)
        }
        defer { freeaddrinfo(address) }
        guard connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
            throw Failure(number: errno)
        }
        var rest = request[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(number: errno) }
            rest = rest.dropFirst(count)
        }
    }

    private static func exchange(_ request: [UInt8], port: Int) throws -> String {
        let descriptor = try begin(request, port: port)
        defer { close(descriptor) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Failure(number: errno) }
            if count == 0 { return String(decoding: answer, as: UTF8.self) }
            answer += buffer.prefix(count)
        }
    }
}
