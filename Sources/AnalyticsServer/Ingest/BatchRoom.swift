import Synchronization

/// How large a batch may be.
public struct BatchLimits: Sendable {
    /// How many records it may have.
    public var records = 10_000
    /// How many bytes its body may have.
    public var bytes = 16_777_216

    /// The defaults.
    public init() {}
}

/// Bounds the memory that all batches take up together, however many connections send one.
final class BatchRoom: Sendable {
    /// How many points there may be at once that are not stored yet.
    private let most: Int
    private let taken = Mutex(0)

    /// How many points are asked for at a time.
    private static let step = 1_000

    init(most: Int = 200_000) {
        self.most = most
    }

    /// Room for a batch, nothing yet.
    func lease() -> Lease { Lease(self) }

    private func take(_ count: Int) -> Bool {
        taken.withLock { taken in
            guard taken + count <= most else { return false }
            taken += count
            return true
        }
    }

    /// The room that one batch has, given back with the end of its life.
    final class Lease: Sendable {
        private let room: BatchRoom
        private let size = Mutex(0)

        fileprivate init(_ room: BatchRoom) {
            self.room = room
        }

        deinit {
            let size = size.withLock { $0 }
            room.taken.withLock { $0 -= size }
        }

        /// Makes it hold so many points.
        ///
        /// - Throws: ``APIError/batchesFull`` where there is no room for them.
        func extend(to count: Int) throws(APIError) {
            let isRoom = size.withLock { size in
                guard count > size else { return true }
                let more = count - size + BatchRoom.step
                guard room.take(more) else { return false }
                size += more
                return true
            }
            guard isRoom else { throw APIError.batchesFull }
        }
    }
}
