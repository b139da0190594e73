/// Which part of a list is wanted, of things whose ids fall from one to the next.
public struct ListSlice: Sendable, Equatable {
    /// Where a part begins.
    public enum Start: Sendable, Equatable {
        /// So many things down from the first, at least 0.
        case offset(Int)
        /// At the highest id below that one.
        case below(Int64)
    }

    /// Where it begins.
    public let start: Start
    /// How many things it has at most.
    public let limit: Int

    /// A part of a list.
    public init(_ start: Start, limit: Int) {
        self.start = start
        self.limit = limit
    }

    /// Ids must be below this.
    var bound: Int64 {
        if case .below(let id) = start { id } else { .max }
    }

    /// How many rows below the bound are passed over.
    var offset: Int {
        if case .offset(let offset) = start { offset } else { 0 }
    }

    /// One more than wanted, which tells whether there is more.
    var probe: Int { limit == .max ? limit : limit + 1 }
}

/// A part of a list, with how much there is in all.
public struct ListPage<Item: Sendable>: Sendable {
    /// What is in this part.
    public let items: [Item]
    /// Whether more follows.
    public let hasMore: Bool
    /// How many things the whole list has.
    public let total: Int

    /// - Parameter rows: What was found, of which one beyond the limit only shows that there is more.
    init(_ rows: [Item], of slice: ListSlice, total: Int) {
        items = Array(rows.prefix(slice.limit))
        hasMore = rows.count > slice.limit
        self.total = total
    }
}

extension ListPage: Equatable where Item: Equatable {}
