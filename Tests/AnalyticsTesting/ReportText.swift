import Foundation

/// What a PDF says, by poppler.
public struct ReportText {
    /// The text of each page.
    public let pages: [String]

    /// The whole text with single spaces.
    public var words: String { Self.words(pages.joined(separator: " ")) }

    /// Whether poppler is there.
    public static let isAvailable = isThere("pdftotext")

    /// Reads a PDF.
    public init(_ pdf: [UInt8], options: [String] = []) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString).pdf")
        try Data(pdf).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let output = try ChildProcess.output(of: ["pdftotext", "-enc", "UTF-8"] + options + [url.path, "-"])
        // Each page ends with a form feed.
        pages = output.split(separator: "\u{0C}", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// A text with single spaces.
    public static func words(_ text: String) -> String {
        text.split { $0.isWhitespace }.joined(separator: " ")
    }

    /// Whether fontconfig knows a font with a character.
    public static func hasFont(for character: Unicode.Scalar) -> Bool {
        let pattern = ":charset=\(String(character.value, radix: 16))"
        return isThere("fc-list") && (try? ChildProcess.output(of: ["fc-list", pattern]))?.isEmpty == false
    }

    private static func isThere(_ program: String) -> Bool {
        let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return paths.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }
}
