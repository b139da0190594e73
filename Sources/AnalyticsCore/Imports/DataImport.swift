/// An import: a file of data points that become visible together or not at all, and can be taken back together.
public struct DataImport: Sendable, Equatable {
    /// Its number.
    public let id: Int64
    /// Whose data it is.
    public let workspaceID: Int64
    /// What was asked for.
    public let request: NewImport
    /// How far it is.
    public let status: ImportStatus
    /// Who made it; nil for the operator.
    public let creator: Creator?
    /// How many data points it has so far.
    public let recordCount: Int
    /// How much of its file was read.
    public let progress: ImportProgress
    /// How many bytes its file has; nil where that was not said.
    public let byteTotal: Int64?
    /// Why it failed, for people; nil where it did not.
    public let failure: String?
    /// When it was made.
    public let createdAt: Instant
    /// When its file began to arrive, the last time that one did.
    public let startedAt: Instant?
    /// When it was completed, or failed.
    public let finishedAt: Instant?

    /// Who made an import, as of then.
    public struct Creator: Sendable, Equatable {
        /// The account's number.
        public let id: Int64
        /// What the person was called.
        public let name: String

        /// A person of that number and name.
        public init(id: Int64, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// An import of the given parts.
    public init(
        id: Int64, workspaceID: Int64, request: NewImport, status: ImportStatus, creator: Creator?, recordCount: Int,
        progress: ImportProgress, byteTotal: Int64?, failure: String?, createdAt: Instant, startedAt: Instant?,
        finishedAt: Instant?
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.request = request
        self.status = status
        self.creator = creator
        self.recordCount = recordCount
        self.progress = progress
        self.byteTotal = byteTotal
        self.failure = failure
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

/// How far an import is.
public enum ImportStatus: String, Sendable, CaseIterable {
    /// Its file has not come yet.
    case waiting
    /// Its file is being read.
    case running
    /// All of its data points are visible; of a dry run, all of them could be.
    case completed
    /// Something was wrong with its file, or it broke off; nothing of it is stored.
    case failed
    /// It is gone for everybody, and what it left behind is being removed.
    case deleted
}

/// How much of an import's file was read, and what is wrong with it so far.
public struct ImportProgress: Sendable, Equatable {
    /// How many bytes were read.
    public var bytesRead: Int64
    /// The first faults.
    public var issues: [ValidationError.Issue]
    /// How many faults there are, with those that are not listed.
    public var errorCount: Int

    /// How many faults are listed.
    public static let mostIssues = 100

    /// Nothing read yet, unless told.
    public init(bytesRead: Int64 = 0, issues: [ValidationError.Issue] = [], errorCount: Int = 0) {
        self.bytesRead = bytesRead
        self.issues = issues
        self.errorCount = errorCount
    }
}
