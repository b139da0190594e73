import AnalyticsCore

/// A line through values, cut where there are none.
struct ChartRuns {
    /// A point of the picture.
    struct Point {
        let x: Double
        let y: Double
    }

    private let runs: [[Point]]

    /// Groups points that follow each other without a gap.
    init(_ points: [Point?]) {
        runs = points.split(whereSeparator: { $0 == nil }).map { $0.compactMap(\.self) }
    }

    /// The lines through the points of each run of two or more.
    var line: String {
        runs.filter { $0.count > 1 }.map { Self.path(through: $0) }.joined()
    }

    /// The areas between those lines and a horizontal one.
    func area(to base: Double) -> String {
        runs.filter { $0.count > 1 }.map { run in
            guard let first = run.first, let last = run.last else { return "" }
            return Self.path(through: run) + "L\(last.x.coordinate),\(base.coordinate)H\(first.x.coordinate)Z"
        }
        .joined()
    }

    /// The points that have no neighbour.
    var isolated: [Point] {
        runs.filter { $0.count == 1 }.flatMap(\.self)
    }

    private static func path(through run: [Point]) -> String {
        "M" + run.map { "\($0.x.coordinate),\($0.y.coordinate)" }.joined(separator: "L")
    }
}
