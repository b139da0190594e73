/// A report that is to be made or was made.
public struct Report: Sendable, Equatable, Codable {
    /// How far it is.
    public enum Status: String, Sendable, CaseIterable, Codable {
        /// Its time has not come, or nobody has begun.
        case draft
        /// It is being made.
        case processing
        /// Its files are there.
        case completed
        /// It could not be made.
        case failed
    }

    /// Its number within the server.
    public let id: Int64
    /// The schedule that it is a run of; nil where somebody asked for it alone.
    public let scheduleID: Int64?
    /// Its name.
    public let name: String
    /// How long a time it is about.
    public let type: ReportType
    /// How far it is.
    public let status: Status
    /// When it is to be made.
    public let scheduledAt: Instant
    /// The days that it is about.
    public let period: Period
    /// Who is sent it.
    public let recipients: [EmailAddress]
    /// Why it could not be made; nil otherwise.
    public let failure: String?
    /// The SHA-256 of its PDF in lower-case hexadecimal digits; nil before it is completed.
    public let sha256: String?
    /// When it was completed; nil before.
    public let completedAt: Instant?
    /// When it was asked for.
    public let createdAt: Instant

    /// A report of the given parts.
    public init(
        id: Int64, scheduleID: Int64?, name: String, type: ReportType, status: Status, scheduledAt: Instant,
        period: Period, recipients: [EmailAddress], failure: String? = nil, sha256: String? = nil,
        completedAt: Instant? = nil, createdAt: Instant
    ) {
        self.id = id
        self.scheduleID = scheduleID
        self.name = name
        self.type = type
        self.status = status
        self.scheduledAt = scheduledAt
        self.period = period
        self.recipients = recipients
        self.failure = failure
        self.sha256 = sha256
        self.completedAt = completedAt
        self.createdAt = createdAt
    }

    /// The days that its figures are held against: for a run of a schedule the day, ISO week or month before, otherwise
    /// as many days as it has itself.
    public var previousPeriod: Period {
        scheduleID == nil ? period.previous : type.previous(of: period)
    }

    /// What its file is called: letters, digits and hyphens of the name, then the last day, such as
    /// `weekly-sales-2026-11-22.pdf`.
    public func fileName(_ format: ReportFormat) -> String {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return "\((words.isEmpty ? ["report"] : words).joined(separator: "-"))-\(period.to).\(format.rawValue)"
    }

    /// How many reports of a workspace may wait at a time.
    public static let mostWaiting = 1_000
    /// For how many days reports are kept at least, where they are not kept for good: until their mail is sent or given up.
    public static let leastRetentionDays = 4
    /// How often it is begun to make one, where each time the program ends before it is made.
    public static let mostAttempts = 5
    /// How often it is tried to write its files.
    public static let mostTriesToWrite = 3
}

/// In what forms a report can be had.
public enum ReportFormat: String, Sendable, CaseIterable {
    case pdf, csv, html

    /// Its media type.
    public var contentType: String {
        switch self {
        case .pdf: "application/pdf"
        case .csv: "text/csv; charset=utf-8"
        case .html: "text/html; charset=utf-8"
        }
    }
}
