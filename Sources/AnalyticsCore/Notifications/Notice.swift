/// What a channel, a user or a report's recipient is told, as it was when it happened.
public struct Notice: Sendable, Equatable {
    /// What it tells of; the names are those of the stream and of webhooks.
    public enum Event: String, Sendable, CaseIterable, Codable {
        case triggered = "alert-triggered"
        /// A reminder of an alert that is still open.
        case updated = "alert-updated"
        case resolved = "alert-resolved"
        /// A report is there.
        case reportCompleted = "report-completed"
        /// Nothing happened: somebody wants to see whether it arrives.
        case test

        /// What happened to an alert.
        public init(_ kind: AlertEvent.Kind) {
            switch kind {
            case .triggered: self = .triggered
            case .updated: self = .updated
            case .resolved: self = .resolved
            }
        }
    }

    /// What it is about, as it was right after that.
    public enum Subject: Sendable, Equatable {
        /// Nothing, as a test is.
        case nothing
        case alert(Alert)
        case report(Report, ReportDigest)
    }

    /// What happened.
    public let event: Event
    /// When.
    public let at: Instant
    /// The workspace's name.
    public let workspace: String
    /// What it is about.
    public let subject: Subject

    /// A notice of the given parts.
    public init(event: Event, at: Instant, workspace: String, subject: Subject) {
        self.event = event
        self.at = at
        self.workspace = workspace
        self.subject = subject
    }

    /// What happened, as one line for people: "Critical alert: Low revenue".
    public var title: String {
        switch subject {
        case .nothing: "Test notification"
        case .report(let report, _): report.name
        case .alert(let alert):
            switch event {
            case .resolved: "Resolved: \(alert.spokenName)"
            case .updated: "Reminder, still open: \(alert.spokenName)"
            case .triggered, .reportCompleted, .test:
                "\(alert.severity.rawValue.capitalizedFirst) alert: \(alert.spokenName)"
            }
        }
    }

    /// The whole story, as sentences for people.
    public var message: String {
        switch subject {
        case .nothing: "This is a test. Notifications of the workspace \(workspace) arrive here."
        case .alert(let alert): alert.message
        case .report(let report, let digest):
            "The \(report.type.rawValue) report of \(workspace) is attached: \(digest.period)."
        }
    }
}

extension Notice: Codable {
    private enum CodingKeys: String, CodingKey {
        case event, at, workspace, alert, report, digest
    }

    /// What was kept; older notices without a report among them.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        event = try members.decode(Event.self, forKey: .event)
        at = try members.decode(Instant.self, forKey: .at)
        workspace = try members.decode(String.self, forKey: .workspace)
        if let alert = try members.decodeIfPresent(Alert.self, forKey: .alert) {
            subject = .alert(alert)
        } else if let report = try members.decodeIfPresent(Report.self, forKey: .report) {
            subject = .report(report, try members.decode(ReportDigest.self, forKey: .digest))
        } else {
            subject = .nothing
        }
    }

    /// The members `event`, `at` and `workspace`, and what it is about under `alert` or under `report` and `digest`.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(event, forKey: .event)
        try members.encode(at, forKey: .at)
        try members.encode(workspace, forKey: .workspace)
        switch subject {
        case .nothing: break
        case .alert(let alert): try members.encode(alert, forKey: .alert)
        case .report(let report, let digest):
            try members.encode(report, forKey: .report)
            try members.encode(digest, forKey: .digest)
        }
    }
}

extension Alert {
    /// The rule's name, or what is measured where the rule is gone.
    fileprivate var spokenName: String { rule?.name ?? metric.spoken }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
