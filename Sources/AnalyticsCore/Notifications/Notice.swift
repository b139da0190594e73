/// What a channel, a user or a report's recipient is told, as it was when it happened.
public struct Notice: Sendable, Equatable {
    /// What it tells of; the names are those of the stream and of webhooks.
    public enum Event: String, Sendable, CaseIterable, Codable {
        case triggered = "alert-triggered"
        /// A reminder of an alert that is still open.
        case updated = "alert-updated"
        case resolved = "alert-resolved"
        /// What happened to several alerts within a minute, beyond those that were told singly.
        case digest = "alerts-digest"
        /// A report is there.
        case reportCompleted = "report-completed"
        /// Nothing happened: somebody wants to see whether it arrives.
        case test
        /// The question whether an address wants mail; it goes to no channel.
        case confirmation = "address-confirmation"

        /// Those of which a channel is told.
        public static let ofChannels = allCases.filter { $0 != .confirmation }

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
        /// Notices about alerts in the order in which they came, at most ``Notice/mostInDigest``, and the number of
        /// those beyond.
        case digest([Notice], omitted: Int)
        case report(Report, ReportDigest)
        /// The question whether an address wants mail, with the end of the link that answers it.
        case confirmation(code: String)
    }

    /// The number of notices that a digest holds at most; beyond that it counts them.
    public static let mostInDigest = 100

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
        case .confirmation: "Confirm that you want mail from \(MailText.name(workspace))"
        case .digest(let notices, let omitted): Self.title(of: notices, omitted: omitted)
        case .report(let report, _): report.name
        case .alert(let alert):
            switch event {
            case .resolved: "Resolved: \(alert.spokenName)"
            case .updated: "Reminder, still open: \(alert.spokenName)"
            case .triggered, .digest, .reportCompleted, .test, .confirmation:
                "\(alert.severity.rawValue.capitalizedFirst) alert: \(alert.spokenName)"
            }
        }
    }

    /// The whole story, as sentences for people.
    public var message: String {
        switch subject {
        case .nothing: "This is a test. Notifications of the workspace \(workspace) arrive here."
        case .confirmation:
            "Somebody of the workspace \(MailText.name(workspace)) entered this address to get its alerts or reports. "
                + "Nothing is sent until you open the link below and confirm. If you do not know the workspace, do nothing."
        case .digest(_, let omitted):
            "More than \(NoticeWindow.mostSingly) notifications came within a minute, so these come together."
                + (omitted > 0 ? " \(omitted) more are left out." : "")
        case .alert(let alert): alert.message
        case .report(let report, let digest):
            "The \(report.type.rawValue) report of \(workspace) is attached: \(digest.period)."
        }
    }

    /// As in "30 alerts: 18 opened, 10 resolved, 2 reminders", of which the kinds count what is shown.
    private static func title(of notices: [Notice], omitted: Int) -> String {
        func count(_ event: Event) -> Int { notices.count { $0.event == event } }
        let kinds = [(count(.triggered), "opened"), (count(.resolved), "resolved"), (count(.updated), "reminders")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let (total, overflow) = notices.count.addingReportingOverflow(omitted)
        return "\(overflow ? .max : total) alerts"
            + (kinds.isEmpty ? "" : ": \(kinds.joined(separator: ", "))\(omitted > 0 ? ", and others" : "")")
    }
}

extension Notice: Codable {
    private enum CodingKeys: String, CodingKey {
        case event, at, workspace, alert, report, digest
    }

    /// What was kept; older notices without a report among them.
    ///
    /// What a digest holds is kept apart from it.
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
        case .nothing, .digest, .confirmation: break
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
