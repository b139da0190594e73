/// A queue whose owners take turns: each owner's elements leave in the order in which they came, and between two of one
/// owner every other owner that has any gets one out.
///
/// So the wait of an owner depends on its own elements and on the number of owners, and never on the number of elements
/// that another has put in. This is round-robin scheduling.
public struct TurnQueue<Owner: Hashable & Sendable, Element> {
    /// The elements of one owner; those before the index `head` have left.
    fileprivate struct Lane {
        var elements: [Element?] = []
        var head = 0
    }

    private var lanes: [Owner: Lane] = [:]
    /// The owners that have elements, in the order of their turns; those before the index `head` have had theirs.
    private var turns: [Owner] = []
    private var head = 0
    /// The number of elements.
    public private(set) var count = 0

    /// An empty queue.
    public init() {}

    /// Whether there is no element.
    public var isEmpty: Bool { count == 0 }

    /// The element that leaves next, or nil where there is none.
    public var first: Element? {
        guard head < turns.count, let lane = lanes[turns[head]] else { return nil }
        return lane.elements[lane.head]
    }

    /// Adds an element behind all others of its owner.
    public mutating func append(_ element: Element, of owner: Owner) {
        if lanes[owner] == nil { turns.append(owner) }
        lanes[owner, default: Lane()].elements.append(element)
        count += 1
    }

    /// Takes the next element out, or nil where there is none.
    public mutating func popFirst() -> Element? {
        guard head < turns.count else { return nil }
        let owner = turns[head]
        head += 1
        guard var lane = lanes.removeValue(forKey: owner) else { return nil }
        let element = lane.elements[lane.head]
        // Not held any longer than needed, though its place stays until half of the places are empty.
        lane.elements[lane.head] = nil
        lane.head += 1
        count -= 1
        if lane.head < lane.elements.count {
            if lane.head > 32, lane.head * 2 > lane.elements.count {
                lane.elements.removeFirst(lane.head)
                lane.head = 0
            }
            lanes[owner] = lane
            turns.append(owner)
        }
        if head > 32, head * 2 > turns.count {
            turns.removeFirst(head)
            head = 0
        }
        return element
    }
}

extension TurnQueue: Sendable where Element: Sendable {}

extension TurnQueue.Lane: Sendable where Element: Sendable {}
