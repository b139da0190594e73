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
        let message = Self.escaped(notice.message)
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
        guard case .alert(let alert) = notice.subject else { return "#1565c0" }
        return switch alert.severity {
        case .critical: "#c62828"
        case .warning: "#ef6c00"
        case .info: "#1565c0"
        }
    }

    /// Without the three characters that Slack reads as mark-up, so that no text calls a channel or makes a link.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
