/// Data points that are stored together, grouped the way rollups are kept: by metric, day and category.
///
/// It grows point by point as a body is read. What can be said of a group, such as its sum or its category, is said once
/// and not for each point, so a batch of ten thousand costs a few operations a point and no allocation.
public struct PointBatch: Sendable {
    /// The points of one metric, day and category.
    public struct Group: Sendable {
        /// Which series they belong to: an index of ``PointBatch/series``.
        public let series: Int
        /// The day that they count for.
        public let day: Day
        /// The first of them.
        public let firstIndex: Int
        /// Their rollup.
        public fileprivate(set) var rollup: Rollup
    }

    /// A metric with one of its categories.
    public struct Series: Sendable {
        /// What was measured.
        public let metric: Metric
        /// Its category; nil for none.
        public let category: Label?
        /// The first of its points.
        public let firstIndex: Int
    }

    /// By what the sender of a point knows it.
    public struct ExternalKey: Sendable, Hashable {
        /// What was measured.
        public let metric: Metric
        /// The sender's id, which is another point's under another metric.
        public let id: Label

        /// The key of a metric's point.
        public init(metric: Metric, id: Label) {
            self.metric = metric
            self.id = id
        }
    }

    /// A point, by what it shares with others.
    public struct Entry: Sendable {
        /// The figure.
        public let value: Amount
        fileprivate let groupNumber: Int32
        fileprivate let sourceNumber: Int32

        /// Its group: an index of ``PointBatch/groups``.
        public var group: Int { Int(groupNumber) }
        /// Its source: an index of ``PointBatch/labels``; nil for none.
        public var source: Int? { sourceNumber < 0 ? nil : Int(sourceNumber) }
    }

    /// The points in the order in which they came.
    public private(set) var entries: [Entry] = []
    /// The groups in the order of their first points.
    public private(set) var groups: [Group] = []
    /// The series in the order of their first points.
    public private(set) var series: [Series] = []
    /// The categories and sources.
    private var labelTable = LabelTable()
    /// The external id of each point up to the last that has one; empty where none has.
    private var externalIDs: [Label?] = []
    /// The external ids of all points, of which no two are the same.
    public private(set) var externalKeys: Set<ExternalKey> = []
    private var seriesByKey = KeyTable()
    private var groupsByKey = KeyTable()

    /// No points.
    public init() {}

    /// Some points.
    ///
    /// - Throws: ``ValidationError`` where a sum would leave 64 bits or an external id is there twice.
    public init(_ points: some Sequence<NewPoint>) throws(ValidationError) {
        for (index, point) in points.enumerated() { try append(point, fieldPrefix: "records.\(index).") }
    }

    /// The categories and sources of the points.
    public var labels: [Label] { labelTable.labels }

    /// The external id of a point, if it has one.
    public func externalID(at index: Int) -> Label? {
        index < externalIDs.count ? externalIDs[index] : nil
    }

    /// By what the sender of a point knows it, if it does.
    public func externalKey(at index: Int) -> ExternalKey? {
        externalID(at: index).map { id in
            ExternalKey(metric: series[groups[entries[index].group].series].metric, id: id)
        }
    }

    /// Adds a point.
    ///
    /// - Parameter fieldPrefix: What stands before a field's name in an error.
    /// - Throws: ``ValidationError`` where the sum of its group would leave 64 bits, and where another point has its
    ///   external id; it is not added then.
    public mutating func append(
        _ point: NewPoint, fieldPrefix: @autoclosure () -> String = ""
    ) throws(ValidationError) {
        if let id = point.externalID, externalKeys.contains(ExternalKey(metric: point.metric, id: id)) {
            throw ValidationError(issues: [.duplicateExternalID(fieldPrefix: fieldPrefix())])
        }
        let isAdded = append(
            metric: point.metric, value: point.value, day: point.day,
            category: point.category.map { labelTable.number(of: $0) },
            source: point.source.map { labelTable.number(of: $0) }, externalID: point.externalID)
        guard isAdded else { throw .dayTotalOutOfRange(fieldPrefix: fieldPrefix()) }
    }

    /// Has room for so many points without growing.
    public mutating func reserveCapacity(_ count: Int) {
        entries.reserveCapacity(count)
    }

    private mutating func append(
        metric: Metric, value: Amount, day: Day, category: Int32?, source: Int32?, externalID: Label?
    ) -> Bool {
        let group = number(ofGroup: day, series: number(ofSeries: metric, category: category), value: value)
        if groups[group].firstIndex != entries.count {
            guard let merged = groups[group].rollup.merging(Rollup(value)) else { return false }
            groups[group].rollup = merged
        }
        entries.append(
            Entry(value: value, groupNumber: Int32(truncatingIfNeeded: group), sourceNumber: source ?? -1))
        if let externalID {
            while externalIDs.count < entries.count - 1 { externalIDs.append(nil) }
            externalIDs.append(externalID)
            externalKeys.insert(ExternalKey(metric: metric, id: externalID))
        }
        return true
    }

    private mutating func number(ofSeries metric: Metric, category: Int32?) -> Int {
        let key = UInt64(metric.ordinal) << 32 | UInt64(UInt32(bitPattern: category ?? -1))
        if let number = seriesByKey[key] { return number }
        seriesByKey.append(key)
        series.append(
            Series(
                metric: metric, category: category.map { labelTable.labels[Int($0)] }, firstIndex: entries.count))
        return series.count - 1
    }

    private mutating func number(ofGroup day: Day, series: Int, value: Amount) -> Int {
        let key = UInt64(series) << 32 | UInt64(UInt32(truncatingIfNeeded: day.number))
        if let number = groupsByKey[key] { return number }
        groupsByKey.append(key)
        groups.append(Group(series: series, day: day, firstIndex: entries.count, rollup: Rollup(value)))
        return groups.count - 1
    }
}

extension PointBatch: RandomAccessCollection {
    /// 0.
    public var startIndex: Int { 0 }
    /// How many points there are.
    public var endIndex: Int { entries.count }

    /// A point.
    public subscript(index: Int) -> NewPoint {
        let entry = entries[index]
        let group = groups[entry.group]
        let series = series[group.series]
        return NewPoint(
            metric: series.metric, value: entry.value, day: group.day, category: series.category,
            source: entry.source.map { labels[$0] }, externalID: externalID(at: index))
    }
}

// MARK: - From what was sent

extension PointBatch {
    /// The fields of a point as they stand among a body's bytes: texts without quotation marks and escapes.
    public struct Fields {
        /// Where `metric_type` stands; empty where it is missing.
        public var metricType = 0..<0
        /// Where `value` stands, a number or a text; empty where it is missing.
        public var value = 0..<0
        /// Where `recorded_at` stands; empty where it is missing.
        public var recordedAt = 0..<0
        /// Where `category` stands; empty where it is missing.
        public var category = 0..<0
        /// Where `source` stands; empty where it is missing.
        public var source = 0..<0
        /// Where `external_id` stands; empty where it is missing.
        public var externalID = 0..<0

        /// None of them.
        public init() {}
    }

    /// Adds the point that some fields describe, where that is plain to see.
    ///
    /// It is the short way for points that are like others before them. What it does not take is not wrong for that:
    /// ``NewPoint/init(validating:today:lastDay:prefix:)`` and ``append(_:)`` decide then.
    ///
    /// - Parameters:
    ///   - fields: Where the fields stand.
    ///   - bytes: What they stand in.
    ///   - today: The workspace's date, the day of a point without one.
    /// - Returns: Whether the point was added. It is not where a field is missing that must be there or has anything out of
    ///   the ordinary, and where a label is new to the batch.
    public mutating func append(_ fields: Fields, in bytes: UnsafeBufferPointer<UInt8>, today: Day) -> Bool {
        func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[range]) }
        guard let metric = Metric(exactly: part(fields.metricType)),
            case .exactly(let value) = DecimalText.scaled(part(fields.value), integerDigits: 11, fractionDigits: 4)
        else { return false }
        var day = today
        if !fields.recordedAt.isEmpty {
            guard let sent = Day(part(fields.recordedAt)), sent >= .epoch, sent <= today.advanced(by: 1) else {
                return false
            }
            day = sent
        }
        var category: Int32?
        if !fields.category.isEmpty {
            guard let known = labelTable.number(ofKnown: part(fields.category)) else { return false }
            category = known
        }
        var source: Int32?
        if !fields.source.isEmpty {
            guard let known = labelTable.number(ofKnown: part(fields.source)) else { return false }
            source = known
        }
        var externalID: Label?
        if !fields.externalID.isEmpty {
            guard let plain = Label(plain: part(fields.externalID)),
                !externalKeys.contains(ExternalKey(metric: metric, id: plain))
            else { return false }
            externalID = plain
        }
        return append(
            metric: metric, value: Amount(tenThousandths: value), day: day, category: category, source: source,
            externalID: externalID)
    }
}

extension Label {
    /// A text of visible ASCII that is short enough; nil for any other, which may be a label all the same.
    fileprivate init?(plain bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count <= Self.length.upperBound, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.init(String(decoding: bytes, as: UTF8.self))
    }
}

extension ValidationError {
    /// What is said of a value with which the total of its day would leave 64 bits.
    ///
    /// - Parameter fieldPrefix: What stands before the field's name.
    public static func dayTotalOutOfRange(fieldPrefix: String) -> ValidationError {
        let limit = Amount(tenThousandths: .max)
        return ValidationError(
            field: fieldPrefix + "value", code: .between,
            message: "The value field must not take the day's total beyond ±\(limit).")
    }
}

extension ValidationError.Issue {
    /// What is said of an external id that another record of the same request or file has for the same metric.
    ///
    /// - Parameter fieldPrefix: What stands before the field's name.
    public static func duplicateExternalID(fieldPrefix: String) -> Self {
        Self(
            field: fieldPrefix + "external_id", code: .distinct,
            message: "The external id field has a duplicate value.")
    }
}

extension Metric {
    /// Its place among all.
    fileprivate var ordinal: Int {
        switch self {
        case .revenue: 0
        case .users: 1
        case .orders: 2
        case .conversionRate: 3
        case .bounceRate: 4
        case .sessionDuration: 5
        case .pageViews: 6
        }
    }

    /// The metric of exactly that name.
    fileprivate init?(exactly name: UnsafeBufferPointer<UInt8>) {
        // Their lengths tell them apart.
        let (metric, own): (Metric, StaticString)
        switch name.count {
        case 5: (metric, own) = (.users, "users")
        case 6: (metric, own) = (.orders, "orders")
        case 7: (metric, own) = (.revenue, "revenue")
        case 10: (metric, own) = (.pageViews, "page_views")
        case 11: (metric, own) = (.bounceRate, "bounce_rate")
        case 15: (metric, own) = (.conversionRate, "conversion_rate")
        case 16: (metric, own) = (.sessionDuration, "session_duration")
        default: return nil
        }
        guard name.hasSameBytes(as: UnsafeBufferPointer(start: own.utf8Start, count: own.utf8CodeUnitCount)) else {
            return nil
        }
        self = metric
    }
}
