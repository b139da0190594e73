/// A chart that anyone may look at who has its link, until it is removed.
public struct ChartEmbed: Sendable, Equatable {
    /// What somebody wants to show.
    public struct Definition: Sendable, Equatable {
        /// What the workspace calls it.
        public let name: String
        /// What is drawn.
        public let metric: Metric
        /// How many days it shows, the last of which is today.
        public let days: Int
        /// How it is drawn.
        public let look: ChartLook

        /// A chart of the given parts.
        public init(name: String, metric: Metric, days: Int = 30, look: ChartLook = ChartLook()) {
            self.name = name
            self.metric = metric
            self.days = days
            self.look = look
        }
    }

    /// Its number within the server.
    public let id: Int64
    /// What it shows.
    public let definition: Definition
    /// What its link is signed with: 32 random bytes.
    public let key: [UInt8]
    /// When it was made.
    public let createdAt: Instant

    /// An embed of the given parts.
    public init(id: Int64, definition: Definition, key: [UInt8], createdAt: Instant) {
        self.id = id
        self.definition = definition
        self.key = key
        self.createdAt = createdAt
    }

    /// How many a workspace may have.
    public static let mostOfWorkspace = 100
    /// How many characters a name may have.
    public static let nameLength = 1...100
}
