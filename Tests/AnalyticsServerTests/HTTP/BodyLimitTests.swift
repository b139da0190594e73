import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct BodyLimitTests {
    @Test("who has no token yet may send 64 KiB, who has one a whole MiB", arguments: [(65_536, 1_048_576)])
    func limits(open: Int, authorized: Int) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let login = try await api.send(.post, "/api/v1/auth/login", json: padded(to: open))
            let longLogin = try await api.send(.post, "/api/v1/auth/login", json: padded(to: open + 1))
            let point = try await api.send(.post, "/api/v1/analytics", token: token, json: padded(to: authorized))
            let longPoint = try await api.send(
                .post, "/api/v1/analytics", token: token, json: padded(to: authorized + 1))

            #expect([login, point].map(\.status) == [.unprocessableContent, .unprocessableContent])
            #expect([longLogin, longPoint].map(\.status) == [.contentTooLarge, .contentTooLarge])
            #expect(longLogin["message"] as? String == "The body must not exceed 65536 bytes.")
        }
    }

    /// An empty object of so many bytes.
    private func padded(to length: Int) -> String {
        "{" + String(repeating: " ", count: length - 2) + "}"
    }
}
