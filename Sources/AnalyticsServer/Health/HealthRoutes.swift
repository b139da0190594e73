import HTTPTypes
import Hummingbird

/// `/health`.
///
/// | route | needs   |
/// |-------|---------|
/// | GET / | nothing |
///
/// It says that the program answers, and looks at nothing else.
struct HealthRoutes {
    var routes: [Route] {
        [
            .open(.get, "/health", .health) { _ in
                var json = JSONWriter()
                json.object { $0.member("status", "ok") }
                return .json(json)
            }
        ]
    }
}

extension Operation {
    static let health = Operation(
        id: "health", group: .server, summary: "Ask whether the server answers",
        description: "Needs no token, has no limit and does not look at the database.",
        answer: (Schema.object(["status": ["const": "ok"]]), ["status": "ok"]))
}
