import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct HealthRoutesTests {
    @Test("health is answered without a token")
    func health() async throws {
        try await withAPI { api in
            let answer = try await api.send(.get, "/health")

            #expect(answer.status == .ok)
            #expect(answer.text == #"{"status":"ok"}"#)
        }
    }
}
