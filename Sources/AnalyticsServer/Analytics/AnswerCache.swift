import AnalyticsCore
import AnalyticsStore
import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// The answers about KPIs, charts and categories as bytes, each until a commit changes its workspace's data or the day
/// ends there.
///
/// A commit raises the workspace's version before anyone is told of it, and an answer is kept with the version that was
/// current before its data was read. So an answer of the current version holds every acknowledged write. While changes by
/// other processes go unnoticed nothing is kept and nothing that was kept is used.
struct AnswerCache: Sendable {
    /// What was asked, as it was spelt: two spellings of one question are two answers, and no hit has to read the query.
    private struct Key: Hashable, Sendable {
        let workspaceID: Int64
        let target: String
    }

    private struct Answer: Sendable {
        let version: UInt64
        /// With the settings that it was made for: who was let in before they changed may still be on the way.
        let workspace: Workspace
        /// From when on it may be another day.
        let end: Instant
        let body: ByteBuffer
        let contentType: String
        let etag: String
    }

    private let versions: DataVersions
    private let now: @Sendable () -> Instant
    private let answers = GenerationalCache<Key, Answer>(capacity: 2_000)

    /// How many bytes an answer that is kept may have: with the capacity, what all of them take at most is 32 MB.
    ///
    /// A KPI has 2 kB, a chart of 366 days 8 kB; only pictures of so many days and the shares of very many or very long
    /// categories have more.
    private static let largestKept = 16_384

    init(versions: DataVersions, now: @escaping @Sendable () -> Instant) {
        self.versions = versions
        self.now = now
    }

    /// The answer to a call: from memory where it is still true, else made and kept.
    ///
    /// - Parameters:
    ///   - call: The call, which its target alone tells from others of the same workspace.
    ///   - session: Who calls.
    ///   - make: Makes the answer's `data` as of the workspace's date.
    func response(
        to call: Call, session: Session, make: @Sendable (_ today: Day) async throws -> some JSONView
    ) async throws -> Response {
        try await response(
            to: call, workspace: session.member.workspace, contentType: "application/json"
        ) { today in
            let view = try await make(today)
            var json = JSONWriter(capacity: 2048)
            json.object { json in
                json.name("data")
                view.write(to: &json)
            }
            return json.bytes
        }
    }

    /// The same where the answer is of another media type.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - question: What tells it from others of the same workspace; its target, unless it is given.
    ///   - workspace: Whose figures it is about.
    ///   - contentType: The media type.
    ///   - make: Makes all of the answer.
    func response(
        to call: Call, question: String? = nil, workspace: Workspace, contentType: String,
        make: @Sendable (_ today: Day) async throws -> [UInt8]
    ) async throws -> Response {
        let key = Key(workspaceID: workspace.id, target: question ?? call.request.uri.string)
        let version = versions.current(workspaceID: workspace.id)
        let now = now()
        if let answer = answers[key], let version, answer.version == version, now < answer.end,
            answer.workspace == workspace
        {
            return response(answer, to: call.request)
        }
        let today = LocalDay(at: now, in: workspace.timeZone)
        let bytes = try await make(today.day)
        let etag = "\"\(SHA256.hash(data: bytes).prefix(12).hexadecimal)\""
        let answer = Answer(
            version: version ?? 0, workspace: workspace, end: today.end, body: ByteBuffer(bytes: bytes),
            contentType: contentType, etag: etag)
        if version != nil, answer.body.readableBytes <= Self.largestKept { answers.insert(answer, for: key) }
        return response(answer, to: call.request)
    }

    private func response(_ answer: Answer, to request: Request) -> Response {
        var headers: HTTPFields = [.cacheControl: "private, no-cache", .eTag: answer.etag]
        if request.hasCurrent(answer.etag) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = answer.contentType
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: answer.body))
    }
}
