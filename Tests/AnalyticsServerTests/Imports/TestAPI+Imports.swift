import AnalyticsTesting
import HTTPTypes
import Testing

let imports = "/api/v1/analytics/imports"

extension TestAPI {
    /// Makes an import that waits for its file.
    func makeImport(_ json: String = #"{"name": "sales"}"#, token: String) async throws {
        let answer = try await send(.post, imports, token: token, json: json)
        try #require(answer.status == .created, "\(answer.text)")
    }

    /// Sends an import its file.
    func put(
        _ id: Int, _ text: String, as type: String = "text/csv", query: String = "", token: String
    ) async throws -> Answer {
        try await send(
            .put, "\(imports)/\(id)/content\(query)", token: token, body: Array(text.utf8),
            headers: [.contentType: type])
    }

    /// Everything that the API says about data points of a time, byte by byte.
    func answers(token: String) async throws -> [String] {
        let period = "from=2010-12-01&to=2011-01-09"
        var answers: [String] = []
        for path in [
            "kpi?\(period)", "chart/revenue?\(period)", "categories?\(period)", "?per_page=100",
            "?\(period)&category=France", "?metric_type=revenue", "export?format=ndjson",
        ] {
            let slash = path.hasPrefix("?") ? "" : "/"
            answers.append(try await get("/api/v1/analytics\(slash)\(path)", token: token).text)
        }
        return answers
    }
}
