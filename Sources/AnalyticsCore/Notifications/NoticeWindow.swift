/// The minute in which the notices of one channel, or of one user, are counted.
///
/// It begins with a notice. Its first ``mostSingly`` go singly; what comes after is gathered into a digest that is due when
/// the minute ends. Critical notices go singly, too, up to ``mostCritical``, which only rules reach that go back and forth.
public struct NoticeWindow: Sendable, Equatable {
    /// Its length in seconds.
    public static let seconds: Int64 = 60
    /// The number of notices that go singly, whatever they are about.
    public static let mostSingly = 20
    /// The number of critical notices that go singly: 200 rules that open and resolve one alert each.
    public static let mostCritical = 400

    /// The way that a notice takes.
    public enum Way: Sendable, Equatable {
        case singly
        case gathered
    }

    /// When it began.
    public private(set) var openedAt: Instant
    /// The number of notices in it.
    public private(set) var count: Int
    /// The number of critical ones among them.
    public private(set) var criticalCount: Int

    /// A window that begins, or one that is known.
    public init(openedAt: Instant, count: Int = 0, criticalCount: Int = 0) {
        self.openedAt = openedAt
        self.count = count
        self.criticalCount = criticalCount
    }

    /// When it ends, and what was gathered in it is due.
    public var end: Instant { openedAt.advanced(bySeconds: Self.seconds) }

    /// Whether an instant is within it; a clock that was set back leaves it, too.
    public func contains(_ instant: Instant) -> Bool { openedAt <= instant && instant < end }

    /// Counts a notice.
    public mutating func add(_ severity: Severity) -> Way {
        count = Self.next(count)
        if severity == .critical {
            criticalCount = Self.next(criticalCount)
            return criticalCount <= Self.mostCritical ? .singly : .gathered
        }
        return count <= Self.mostSingly ? .singly : .gathered
    }

    private static func next(_ count: Int) -> Int {
        let (next, overflow) = count.addingReportingOverflow(1)
        return overflow ? count : next
    }
}
