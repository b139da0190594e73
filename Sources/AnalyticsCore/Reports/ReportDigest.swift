/// The figures of a report as a mail shows them, in words that are ready to be read.
public struct ReportDigest: Sendable, Equatable, Codable {
    /// A metric's figure.
    public struct Line: Sendable, Equatable, Codable {
        /// What is counted or measured, such as `Revenue`.
        public let label: String
        /// The period's value with its unit; a dash where there is none.
        public let value: String
        /// The value of the period before.
        public let previous: String
        /// The change in words, such as `▲ +12.5 % better`.
        public let change: String

        /// A line of the given parts.
        public init(label: String, value: String, previous: String, change: String) {
            self.label = label
            self.value = value
            self.previous = previous
            self.change = change
        }
    }

    /// Both periods, such as `1 Oct – 31 Oct 2026 against 1 Sep – 30 Sep 2026`.
    public let period: String
    /// One line for each metric.
    public let lines: [Line]

    /// A digest of the given parts.
    public init(period: String, lines: [Line]) {
        self.period = period
        self.lines = lines
    }
}
