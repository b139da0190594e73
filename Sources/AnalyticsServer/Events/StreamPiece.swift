import AnalyticsCore
import AnalyticsStore
import NIOCore

/// What is sent on a stream of events, made once for all who read it (WHATWG HTML, section 9.2.5).
struct StreamPiece: Sendable {
    /// The event's number within the workspace; nil for what is not in the log.
    let id: Int64?
    /// What one must be allowed to do to be sent it; nil for what everybody is.
    let permission: Permission?
    let bytes: ByteBuffer

    /// An event of the log.
    init(_ event: StoredEvent) {
        id = event.id
        permission = event.kind.permission
        let json = JSONWriter.written(EventView(kind: event.kind, at: event.at, subject: event.subject))
        bytes = Self.bytes(id: event.id, kind: event.kind, json)
    }

    /// That a workspace's data has changed.
    init(dataIngestedIn workspaceID: Int64, at instant: Instant) {
        id = nil
        permission = EventKind.dataIngested.permission
        let json = JSONWriter.written(DataIngestedView(at: instant, workspaceID: workspaceID))
        bytes = Self.bytes(id: nil, kind: .dataIngested, json)
    }

    private init(text: String) {
        id = nil
        permission = nil
        bytes = ByteBuffer(string: text)
    }

    /// What shows that the stream is open, and how long to wait, in milliseconds, before a lost one is opened anew.
    static let opening = StreamPiece(text: "retry: 2000\n\n")
    /// What shows that the stream is still there.
    static let heartbeat = StreamPiece(text: ":\n\n")

    /// JSON has no line breaks, so all of it is one line of data.
    private static func bytes(id: Int64?, kind: EventKind, _ json: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        if let id { buffer.writeString("id: \(id)\n") }
        buffer.writeString("event: \(kind.rawValue)\ndata: ")
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
        return buffer
    }
}
