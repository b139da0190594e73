import CZlib

/// Compresses a stream of bytes of any length (gzip, RFC 1952) in about 256 KiB of memory.
final class GzipEncoder {
    /// zlib's state points back to it, so it stays where it is.
    private let stream: UnsafeMutablePointer<z_stream>

    /// That zlib had no memory, or was used wrongly.
    struct Failure: Error {
        let code: Int32
    }

    /// A stream of nothing so far.
    ///
    /// - Parameter level: From 1, the fastest, to 9; levels above 1 take several times as long for an eighth less.
    init(level: Int32 = 1) throws(Failure) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = czlib_deflate_init_gzip(stream, level)
        guard code == Z_OK else {
            stream.deallocate()
            throw Failure(code: code)
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Takes more bytes, and gives what is compressed so far, which is often nothing.
    ///
    /// - Parameters:
    ///   - bytes: What comes next.
    ///   - isLast: Whether nothing comes after it; the stream is closed then and takes no more.
    func encode(_ bytes: some Collection<UInt8>, isLast: Bool = false) throws(Failure) -> [UInt8] {
        var input = Array(bytes)
        var output: [UInt8] = []
        let code = input.withUnsafeMutableBufferPointer { input in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = UInt32(clamping: input.count)
            var code = Z_OK
            repeat {
                code = deflateSome(into: &output, isLast: isLast)
            } while code == Z_OK && stream.pointee.avail_out == 0
            return code
        }
        guard code == Z_OK || code == Z_BUF_ERROR || code == Z_STREAM_END else { throw Failure(code: code) }
        return output
    }

    /// Fills some more room; what is left of it tells whether there is more to come.
    private func deflateSome(into output: inout [UInt8], isLast: Bool) -> Int32 {
        var code = Z_OK
        output += [UInt8](unsafeUninitializedCapacity: 32 << 10) { room, count in
            stream.pointee.next_out = room.baseAddress
            stream.pointee.avail_out = UInt32(room.count)
            code = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            count = room.count - Int(stream.pointee.avail_out)
        }
        return code
    }
}
