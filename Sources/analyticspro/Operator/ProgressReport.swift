import Foundation

/// Tells the person at the terminal how far a file has been sent: a bar with rate and time left, or a line now and then
/// where standard error is no terminal.
actor ProgressReport {
    private let total: Int64?
    private let isTerminal: Bool
    private let start = ContinuousClock.now
    private var lastReport: ContinuousClock.Instant
    private var bytes: Int64 = 0
    private var lines = 0
    private var hasBar = false

    /// - Parameter total: How many bytes there are; nil where that is not known.
    init(total: Int64?) {
        self.total = total
        isTerminal = isatty(STDERR_FILENO) == 1
        lastReport = start
    }

    /// Counts a piece that was sent.
    func passed(_ piece: some Sequence<UInt8>) {
        for byte in piece {
            bytes += 1
            if byte == UInt8(ascii: "\n") { lines += 1 }
        }
        let now = ContinuousClock.now
        guard now - lastReport >= (isTerminal ? .milliseconds(100) : .seconds(5)) else { return }
        lastReport = now
        report(now)
    }

    /// Ends the bar.
    func finish() {
        guard hasBar else { return }
        report(.now)
        printError("")
    }

    private func report(_ now: ContinuousClock.Instant) {
        let elapsed = max((now - start) / .seconds(1), 0.001)
        let rate = Double(lines) / elapsed
        var parts = ["\(Self.grouped(lines)) lines", "\(Self.grouped(Int(rate))) lines/s"]
        var bar = ""
        if let total, total > 0 {
            let share = min(Double(bytes) / Double(total), 1)
            let width = 30
            let filled = Int(share * Double(width))
            bar = "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "] "
            parts.insert("\(Int(share * 100)) %", at: 0)
            if share > 0 { parts.append("\(Int((elapsed / share - elapsed).rounded(.up))) s left") }
        }
        let text = parts.joined(separator: ", ")
        if isTerminal {
            hasBar = true
            FileHandle.standardError.write(Data("\r\u{1B}[K\(bar)\(text)".utf8))
        } else {
            printError(text)
        }
    }

    /// A number with commas between its thousands.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.insert(",", at: text.startIndex) }
            text.insert(digit, at: text.startIndex)
        }
        return number < 0 ? "-" + text : text
    }
}
