import AnalyticsCore
import AnalyticsStore
import Crypto
import HTTPTypes
import Hummingbird

/// Sees to it that a request with an Idempotency-Key is done once: a repetition gets the first answer, and a second one
/// at the same time is refused.
struct OnceGuard: Sendable {
    let store: IdempotencyStore
    let inFlight = InFlightKeys()
    let now: @Sendable () -> Instant

    /// Answers a request, or repeats the answer that it got before.
    ///
    /// - Parameters:
    ///   - key: The request's key; nil where it has none, and then it is simply answered.
    ///   - handle: Answers it.
    func answer(_ key: IdempotencyKey?, _ handle: () async throws -> Response) async throws -> Response {
        guard let key else { return try await handle() }
        let response = try await inFlight.whileAlone(key) {
            if let answer = try await store.answer(to: key, now: now()) { return Response.replaying(answer) }
            return try await handle()
        }
        guard let response else { throw APIError.keyInFlight }
        return response
    }
}

extension IdempotencyKey {
    /// The key that a request came with; nil where it has none.
    ///
    /// - Parameter bodyHash: SHA-256 of its body.
    /// - Throws: ``ValidationError`` where it is none that is allowed.
    init?(_ request: Request, session: Session, bodyHash: [UInt8]) throws(ValidationError) {
        guard let text = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ValidationError(
                field: "Idempotency-Key", code: .idempotencyKey,
                message: "The Idempotency-Key must be 1 to 255 visible characters of ASCII.")
        }
        self.init(
            workspaceID: session.member.workspace.id, userID: session.member.user.id,
            operation: "\(request.method.rawValue) \(request.uri.path)", text: text, bodyHash: bodyHash)
    }
}
