public import AnalyticsCore

/// A batch of data points as it was stored: under consecutive numbers, all at the same time, but for those that take the
/// place of others.
public struct StoredBatch: Sendable {
    /// What a point keeps of the one whose place it takes.
    struct Kept {
        let id: PointID
        let createdAt: Instant
        let updatedAt: Instant
    }

    /// The points.
    public let points: PointBatch
    /// When they were stored.
    public let createdAt: Instant
    /// The number of the first within the workspace.
    private let firstSequence: Int64
    /// The points, by index, that have the ids of others whose place they take.
    let kept: [Int: Kept]
    /// Whether every point took another's place, under its id or, on another day, under one of its own.
    public let isReplacement: Bool
    /// The alerts that the points opened or added occurrences to, oldest first.
    public internal(set) var alerts: [RaisedAlert] = []

    /// - Throws: ``StoreError`` where the workspace has used up its numbers, or a day is one that no id can carry.
    init(
        _ points: PointBatch, firstSequence: Int64, createdAt: Instant, kept: [Int: Kept] = [:],
        isReplacement: Bool = false
    ) throws {
        let last = firstSequence + Int64(points.count) - 1
        for group in points.groups {
            guard PointID(day: group.day, sequence: firstSequence) != nil,
                PointID(day: group.day, sequence: last) != nil
            else { throw StoreError(.unavailable, "no id for points \(firstSequence) to \(last) of \(group.day)") }
        }
        self.points = points
        self.firstSequence = firstSequence
        self.createdAt = createdAt
        self.kept = kept
        self.isReplacement = isReplacement
    }

    /// The id of a point.
    public func id(at index: Int) -> PointID {
        if !kept.isEmpty, let kept = kept[index] { return kept.id }
        let day = points.groups[points.entries[index].group].day
        return PointID(number: PointID.lowest(of: day) | sequence(at: index))
    }

    /// A point's number within the workspace, if it was stored under a new one.
    func sequence(at index: Int) -> Int64 { firstSequence + Int64(index) }
}

extension StoredBatch: RandomAccessCollection {
    /// 0.
    public var startIndex: Int { 0 }
    /// How many points there are.
    public var endIndex: Int { points.endIndex }

    /// A point.
    public subscript(index: Int) -> StoredPoint {
        let kept = kept[index]
        return StoredPoint(
            id: id(at: index), point: points[index], createdAt: kept?.createdAt ?? createdAt,
            updatedAt: kept?.updatedAt ?? createdAt)
    }
}
