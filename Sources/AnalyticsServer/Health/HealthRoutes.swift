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
            .open(.get, "/health") { _ in
                var json = JSONWriter()
                json.object { $0.member("status", "ok") }
                return .json(json)
            }
        ]
    }
}
