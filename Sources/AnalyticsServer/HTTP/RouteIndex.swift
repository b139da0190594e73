import HTTPTypes

/// Which methods each path has, for the requests that no route takes.
struct RouteIndex: Sendable {
    private struct Entry: Sendable {
        let segments: [Substring]
        var methods: [String]

        func matches(_ path: [Substring]) -> Bool {
            segments.count == path.count
                && zip(segments, path).allSatisfy { segment, part in segment.hasPrefix("{") || segment == part }
        }
    }

    private var entries: [Entry] = []

    init(_ routes: [Route]) {
        for route in routes {
            let segments = route.path.split(separator: "/")
            let methods = route.method == .get ? ["GET", "HEAD"] : [route.method.rawValue]
            if let index = entries.firstIndex(where: { $0.segments == segments }) {
                entries[index].methods += methods
            } else {
                entries.append(Entry(segments: segments, methods: methods))
            }
        }
    }

    /// The methods of a path, none where it is no route's.
    func methods(path: String) -> [String] {
        let segments = path.split(separator: "/")
        // As in the router, a path that is spelt out comes before one in which something varies.
        let entry = entries.first { $0.segments == segments } ?? entries.first { $0.matches(segments) }
        return entry.map { Array(Set($0.methods)).sorted() } ?? []
    }
}
