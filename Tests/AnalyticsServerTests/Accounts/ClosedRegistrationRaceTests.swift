import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct ClosedRegistrationRaceTests {
    @Test("where registration is closed one of many first users gets in, however close together they ask")
    func first() async throws {
        try await withAPI(isRegistrationOpen: false) { api in
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await api.send(
                            .post, "/api/v1/auth/register",
                            json: """
                                {"name": "Ada", "email": "ada\(number)@example.com", "password": "correct horse", \
                                "password_confirmation": "correct horse"}
                                """
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(statuses.count { $0 == .created } == 1)
            #expect(statuses.count { $0 == .unprocessableContent } == 7)
        }
    }
}
