import AnalyticsCore
import Foundation

/// A notice as Slack's incoming webhooks take one, and what works like them.
struct SlackMessage: Encodable {
    private struct Text: Encodable {
        let type: String
        let text: String
    }

    private struct Block: Encodable {
        let type: String
        var text: Text?
        var elements: [Text]?
    }

    private struct Attachment: Encodable {
        let color: String
        let blocks: [Block]
    }

    private let text: String
    private let attachments: [Attachment]

    init(_ notice: Notice) {
        let title = Self.escaped(notice.title)
        let message = Self.message(of: notice)
        text = "\(title) (\(Self.escaped(notice.workspace)))"
        attachments = [
            Attachment(
                color: Self.color(of: notice),
                blocks: [
                    Block(type: "section", text: Text(type: "mrkdwn", text: "*\(title)*\n\(message)")),
                    Block(
                        type: "context",
                        elements: [
                            Text(type: "mrkdwn", text: "\(Self.escaped(notice.workspace)) · \(notice.at)")
                        ]),
                ])
        ]
    }

    /// As it is sent.
    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self))
        }
    }

    private static func color(of notice: Notice) -> String {
        if notice.event == .resolved { return "#2e7d32" }
        let told: [Notice] = if case .digest(let notices, _) = notice.subject { notices } else { [notice] }
        let severities = told.compactMap { notice -> Severity? in
            if case .alert(let alert) = notice.subject { alert.severity } else { nil }
        }
        if severities.contains(.critical) { return "#c62828" }
        return severities.contains(.warning) ? "#ef6c00" : "#1565c0"
    }

    /// The number of bytes of a text that Slack takes; it refuses a section of more than 3,000 characters.
    private static let longestText = 2_600

    /// The story with mark-up escaped; of a digest as many lines as fit.
    private static func message(of notice: Notice) -> String {
        guard case .digest(let notices, _) = notice.subject else { return escaped(notice.message) }
        var text = escaped(notice.message)
        for (index, line) in notices.lazy.map({ "\n• \(escaped($0.title))" }).enumerated() {
            guard text.utf8.count + line.utf8.count <= longestText else {
                return text + "\n… and \(notices.count - index) more"
            }
            text += line
        }
        return text
    }

    /// Without the three characters that Slack reads as mark-up, so that no text calls a channel or makes a link.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
