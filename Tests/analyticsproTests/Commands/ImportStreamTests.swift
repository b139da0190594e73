import AnalyticsStore
import AnalyticsTesting
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// Imports over a network, on which a file takes its time.
@Suite(.timeLimit(.patient)) struct ImportStreamTests {
    private static let path = "/api/v1/analytics/imports"
    private static let header = "metric_type,value,recorded_at\n"
    private static let lines = String(repeating: "users,1,2026-01-02\n", count: 5_000)

    /// A file that is on its way.
    private struct Upload {
        let answer: Task<(status: UInt, text: String), any Error>
        private let pieces: AsyncStream<ByteBuffer>.Continuation

        init(_ caller: Caller, importID: Int) {
            let (stream, pieces) = AsyncStream.makeStream(of: ByteBuffer.self)
            self.pieces = pieces
            var request = HTTPClientRequest(url: "\(caller.url)\(ImportStreamTests.path)/\(importID)/content")
            request.method = .PUT
            request.headers.add(name: "Authorization", value: "Bearer \(caller.token ?? "")")
            request.headers.add(name: "Content-Type", value: "text/csv")
            request.body = .stream(stream, length: .unknown)
            answer = Task { [request] in
                let response = try await HTTPClient.shared.execute(request, timeout: Caller.limit)
                return (response.status.code, String(buffer: try await response.body.collect(upTo: 100_000)))
            }
        }

        func send(_ text: String) {
            pieces.yield(ByteBuffer(string: text))
        }

        func finish() {
            pieces.finish()
        }

        /// Closes the connection in the middle.
        func cut() {
            answer.cancel()
        }
    }

    /// Waits until an import looks as wanted.
    ///
    /// - Returns: The import, as it looked last where it never did.
    private func find(_ caller: Caller, until isWanted: (Caller.Answer) -> Bool) async throws -> Caller.Answer {
        let end = ContinuousClock.now + Patience.seconds(60)
        while ContinuousClock.now < end {
            let answer = try await caller.get("\(Self.path)/1")
            if isWanted(answer) { return answer }
            try await Task.sleep(for: .milliseconds(10))
        }
        return try await caller.get("\(Self.path)/1")
    }

    /// Runs a closure with a file of which a part is stored.
    private func withUpload(
        _ body: (_ database: String, _ server: RunningServer, _ caller: Caller, _ upload: Upload) async throws -> Void
    ) async throws {
        try await withDatabaseURL { database in
            let server = try await RunningServer.start(database: database)
            do {
                let caller = try await Caller(url: server.url).registered()
                _ = try await caller.post(Self.path, #"{"name": "slow"}"#)
                let upload = Upload(caller, importID: 1)
                upload.send(Self.header + Self.lines)
                let running = try await find(caller) { ($0["data.record_count"] as? Int ?? 0) > 0 }
                #expect(running["data.status"] as? String == "running")
                try await body(database, server, caller, upload)
                await server.kill()
            } catch {
                await server.kill()
                throw error
            }
        }
    }

    private func total(_ caller: Caller) async throws -> Int? {
        try await caller.get("/api/v1/analytics")["meta.total"] as? Int
    }

    @Test("while a file arrives one sees how far it is, and not one of its points")
    func progress() async throws {
        try await withUpload { _, _, caller, upload in
            let first = try await caller.get("\(Self.path)/1")
            let second = try await caller.get("\(Self.path)?per_page=1")
            let busy = try await caller.put("\(Self.path)/1/content", Self.header)
            let hidden = try await total(caller)
            upload.send(Self.lines)
            upload.finish()
            let answer = try await upload.answer.value

            // What a piece of the file brings beyond a chunk goes with it.
            let stored = try #require(first["data.record_count"] as? Int)
            #expect((4_096...5_000).contains(stored))
            #expect((first["data.bytes_read"] as? Int ?? 0) >= stored * 19)
            #expect(first["data.bytes_total"] is NSNull)
            #expect(first["data.finished_at"] is NSNull)
            #expect(second["data.0.status"] as? String == "running")
            #expect(busy.status == 409)
            #expect(hidden == 0)
            #expect(answer.status == 200)
            #expect(answer.text.contains(#""status":"completed","record_count":10000,"#))
            #expect(try await total(caller) == 10_000)
        }
    }

    @Test("a connection that breaks ends the import: nothing is stored, and the file can be sent again")
    func broken() async throws {
        try await withUpload { _, _, caller, upload in
            upload.cut()
            let failed = try await find(caller) { $0["data.status"] as? String == "failed" }
            let again = try await retried(caller)

            #expect(failed["data.failure"] as? String == "The body breaks off before its end.")
            #expect(failed["data.record_count"] as? Int == 0)
            #expect(again.status == 200)
            #expect(try await total(caller) == 5_000)
        }
    }

    /// Sends the file again, once what the first try left behind is removed.
    private func retried(_ caller: Caller) async throws -> Caller.Answer {
        let end = ContinuousClock.now + Patience.seconds(60)
        while ContinuousClock.now < end {
            let answer = try await caller.put("\(Self.path)/1/content", Self.header + Self.lines)
            if answer.status != 409 { return answer }
            try await Task.sleep(for: .milliseconds(10))
        }
        return try await caller.put("\(Self.path)/1/content", Self.header + Self.lines)
    }

    @Test("an import that is deleted while its file arrives is gone, and who sends it is told")
    func deleted() async throws {
        try await withUpload { _, _, caller, upload in
            let deleted = try await caller.delete("\(Self.path)/1")
            upload.send(Self.lines)
            upload.finish()
            let answer = try await upload.answer.value
            let found = try await caller.get("\(Self.path)/1")

            #expect(deleted.text == #"{"message":"Import deleted successfully."}"#)
            #expect(answer.status == 409)
            #expect(answer.text.contains("The import was deleted or broken off while its file was arriving."))
            #expect(found.status == 404)
            #expect(try await total(caller) == 0)
        }
    }

    @Test("after a crash in the middle nothing is visible, and the next start clears it")
    func crash() async throws {
        try await withUpload { database, server, caller, upload in
            await server.kill()
            _ = await upload.answer.result
            try await withServer(database: database) { next, _ in
                let caller = Caller(url: next.url, token: caller.token)
                #expect(try await total(caller) == 0)
                // Into PostgreSQL another process might still be at work; there it takes ten minutes, or a word.
                if !database.hasPrefix("sqlite:") { return }
                let failed = try await find(caller) { $0["data.status"] as? String == "failed" }
                #expect(failed["data.failure"] as? String == "The import was interrupted. Send the file again.")
                let again = try await retried(caller)
                #expect(again.status == 200)
                #expect(try await total(caller) == 5_000)
            }
        }
    }

    @Test("what an undone import left behind is removed in the background, and after a crash by the next start")
    func removal() async throws {
        try await withUpload { database, server, caller, upload in
            upload.finish()
            let answer = try await upload.answer.value
            #expect(answer.status == 200)

            let undone = try await caller.delete("\(Self.path)/1")
            let list = try await total(caller)
            await server.kill()
            #expect(undone.text == #"{"message":"Import undone successfully."}"#)
            #expect(list == 0)
            // Into PostgreSQL the process that ended might still be at work on it, and is given ten minutes.
            if !database.hasPrefix("sqlite:") { return }
            // A start that is ended at once may have got no further than to begin with it.
            var left: Int64?
            for _ in 0..<50 where left != 0 {
                try await withServer(database: database) { next, _ in
                    let list = try await total(Caller(url: next.url, token: caller.token))
                    #expect(list == 0)
                }
                let opened = try await openDatabase(database)
                left = try await opened.read { connection in
                    try connection.first(
                        "SELECT (SELECT COUNT(*) FROM data_point) + (SELECT COUNT(*) FROM data_import)"
                    ) { try $0.integer(0) }
                }
                try await opened.close()
            }
            #expect(left == 0)
        }
    }
}
