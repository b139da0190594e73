import Foundation
import Hummingbird
import Logging
import NIOCore

/// A server that does nothing but answer: the most that any server on this framework can do.
///
/// It takes the port as its only argument, 0 for any that is free, and ends on SIGTERM or Ctrl-C.
@main
struct Floor {
    static func main() async throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
        var logger = Logger(label: "floor") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let application = Application(
            router: router(),
            // As in the server that is measured against it.
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                let line = "Listening on http://127.0.0.1:\(channel.localAddress?.port ?? port)\n"
                FileHandle.standardOutput.write(Data(line.utf8))
            }, logger: logger)
        try await application.runService()
    }

    private static func router() -> Router<BasicRequestContext> {
        let hello = ByteBuffer(string: "hello")
        let json = ByteBuffer(string: cannedJSON)
        let router = Router()
        router.get("hello") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: hello))
        }
        router.get("json") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: json))
        }
        return router
    }

    /// About what the server answers to a question for the KPIs.
    private static var cannedJSON: String {
        let metrics = [
            "revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views",
        ]
        let kpis = metrics.map { metric in
            """
            "\(metric)":{"value":10714.25,"previous_value":10702.5,"change_percent":0.11,"trend":"up","is_good":true,\
            "unit":"count","count":10714}
            """
        }
        return """
            {"data":{"period":30,"from":"2026-01-02","to":"2026-01-31","previous_from":"2025-12-03",\
            "previous_to":"2026-01-01","timezone":"UTC","kpis":{\(kpis.joined(separator: ","))}}}
            """
    }
}
