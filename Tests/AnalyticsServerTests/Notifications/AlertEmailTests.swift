import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct AlertEmailTests {
    private func choose(_ api: TestAPI, _ json: String, token: String) async throws -> Answer {
        try await api.send(.patch, "/api/v1/auth/me", token: token, json: json)
    }

    @Test("one chooses of which alerts one gets mail: of none at first")
    func choice() async throws {
        let services = NotificationServices(mail: { _ in .delivered(statusCode: nil) })
        try await withAPI(notifications: services) { api in
            let admin = try await api.register()
            func shown() async throws -> [String]? {
                try await api.get("/api/v1/auth/me", token: admin)["data.alert_emails"] as? [String]
            }

            let first = try await shown()
            let chosen = try await choose(api, #"{"alert_emails": ["warning", "critical", "warning"]}"#, token: admin)
            let untouched = try await choose(api, "{}", token: admin)
            let log = try await api.get("/api/v1/audit-log", token: admin)
            _ = try await choose(api, #"{"alert_emails": []}"#, token: admin)

            #expect(first == [])
            #expect(chosen["data.alert_emails"] as? [String] == ["critical", "warning"])
            #expect(untouched.text == chosen.text)
            #expect(log["data.0.action"] as? String == "user.alert_emails_changed")
            #expect(try await shown() == [])
        }
    }

    @Test(
        "what is wrong with a choice is said",
        arguments: [
            (#"{"alert_emails": "all"}"#, ["alert_emails"]), (#"{"alert_emails": null}"#, ["alert_emails"]),
            (#"{"alert_emails": ["bad", 7]}"#, ["alert_emails.0", "alert_emails.1"]),
            (#"{"alert_emails": ["info"]}"#, ["alert_emails"]),
            (#"{"alert_emails": ["info", "info", "info", "info"]}"#, ["alert_emails"]), ("[]", ["body"]),
        ])
    func faults(json: String, fields: [String]) async throws {
        try await withAPI { api in
            let answer = try await choose(api, json, token: try await api.register())

            #expect(answer.status == .unprocessableContent)
            #expect((answer["errors"] as? [String: Any])?.keys.sorted() == fields)
        }
    }
}
