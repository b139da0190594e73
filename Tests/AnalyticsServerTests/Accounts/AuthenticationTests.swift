import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsStore

@Suite struct AuthenticationTests {
    @Test("while nothing would be heard of other processes no session is used that was kept", .timeLimit(.patient))
    func lostTrack() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.get("/api/v1/auth/me", token: token)
            func status() async throws -> HTTPResponse.Status {
                try await api.get("/api/v1/auth/me", token: token).status
            }

            try await api.execute("UPDATE user_account SET role = 'viewer'")
            let kept = try await api.get("/api/v1/users", token: token)
            api.database.versions.loseTrack()
            let lost = try await api.get("/api/v1/users", token: token)
            try await api.execute("UPDATE user_account SET role = 'admin'")
            api.database.versions.follow()
            let followed = try await api.get("/api/v1/users", token: token)
            try await api.execute("DELETE FROM access_token")
            let known = try await status()
            api.database.versions.loseTrack()
            let revoked = try await status()

            #expect(kept.status == .ok)
            #expect(lost.status == .forbidden)
            #expect(followed.status == .ok)
            #expect([known, revoked] == [.ok, .unauthorized])
        }
    }
}
