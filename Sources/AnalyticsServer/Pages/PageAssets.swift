import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// The style sheet and the scripts of the pages, each under a name that has the hash of its bytes.
///
/// So a browser may keep them for a year, and never sees an old one after an upgrade. Scripts name each other as
/// `"./name.js"`, which is replaced by such names; they must not import each other in a circle.
struct PageAssets: Sendable {
    private struct Asset {
        let contentType: String
        let bytes: ByteBuffer
        /// The same, compressed.
        let gzip: ByteBuffer
    }

    /// Those of the program, made once.
    static let shared = PageAssets(PageResources.assets)

    private let assets: [String: Asset]
    private let names: [String: String]

    /// - Parameter files: Bytes by file name.
    init(_ files: [String: [UInt8]]) {
        var assets: [String: Asset] = [:]
        var names: [String: String] = [:]
        var rest = files.mapValues { String(decoding: $0, as: UTF8.self) }
        while !rest.isEmpty {
            // Those that name none that has no hash yet.
            let ready = rest.filter { name, text in
                !rest.keys.contains { $0 != name && text.contains("\"./\($0)\"") }
            }
            guard !ready.isEmpty else { fatalError("scripts import each other in a circle: \(rest.keys.sorted())") }
            for (name, text) in ready {
                let text = names.reduce(text) { $0.replacing("\"./\($1.key)\"", with: "\"./\($1.value)\"") }
                let bytes = Array(text.utf8)
                let hash = SHA256.hash(data: bytes).prefix(8).hexadecimal
                let parts = name.split(separator: ".", maxSplits: 1)
                let hashed = "\(parts[0])-\(hash).\(parts[1])"
                names[name] = hashed
                assets[hashed] = Asset(
                    contentType: name.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
                    bytes: ByteBuffer(bytes: bytes), gzip: ByteBuffer(bytes: Self.compressed(bytes)))
                rest[name] = nil
            }
        }
        self.assets = assets
        self.names = names
    }

    /// Where a file is found.
    func path(_ name: String) -> String {
        guard let hashed = names[name] else { fatalError("there is no \(name)") }
        return "/assets/\(hashed)"
    }

    /// The files that a page needs besides those that it names, so that a browser asks for all of them at once.
    var scripts: [String] { names.filter { $0.key.hasSuffix(".js") }.map { "/assets/\($0.value)" }.sorted() }

    var route: Route {
        .open(.get, "/assets/{file}", limit: .pages) { call in
            guard let asset = assets[call.parameter("file")] else { throw APIError.notFound }
            var headers: HTTPFields = [
                .contentType: asset.contentType, .cacheControl: "public, max-age=31536000, immutable",
                .vary: "Accept-Encoding",
            ]
            guard Acceptance.takesGzip(call.request) else {
                return Response(status: .ok, headers: headers, body: .init(byteBuffer: asset.bytes))
            }
            headers[.contentEncoding] = "gzip"
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: asset.gzip))
        }
    }

    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        guard let encoder = try? GzipEncoder(level: 9), let compressed = try? encoder.encode(bytes, isLast: true) else {
            fatalError("zlib cannot be used")
        }
        return compressed
    }
}
