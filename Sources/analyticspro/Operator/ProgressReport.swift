import Foundation

/// Tells the person at the terminal how far something is, such as a file that is sent: a bar with rate and time left, or a line now and then
/// where standard error is no terminal.
actor ProgressReport {
    private let total: Int64?
    private let unit: String
    private let isTerminal: Bool
    private let start = ContinuousClock.now
    private var lastReport: ContinuousClock.Instant
    /// How much of the total was done before the start.
    private let doneBefore: Int64
    /// How much of the total is done.
    private var done: Int64
    /// How many units were passed since the start.
    private var count = 0
    private var hasBar = false

    /// - Parameters:
    ///   - total: How much there is, in bytes of a file or in units; nil where that is not known.
    ///   - done: How much of that was done before.
    ///   - unit: What is counted.
    init(total: Int64?, done: Int64 = 0, unit: String = "lines") {
        self.total = total
        doneBefore = done
        self.done = done
        self.unit = unit
        isTerminal = isatty(STDERR_FILENO) == 1
        lastReport = start
    }

    /// Counts a piece of a file, in bytes and lines.
    func passed(_ piece: some Sequence<UInt8>) {
        for byte in piece {
            done += 1
            if byte == UInt8(ascii: "\n") { count += 1 }
        }
        reportNowAndThen()
    }

    /// Counts so many units.
    func passed(units: Int) {
        done += Int64(units)
        count += units
        reportNowAndThen()
    }

    private func reportNowAndThen() {
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
        let rate = Double(count) / elapsed
        var parts = ["\(Self.grouped(count)) \(unit)", "\(Self.grouped(Int(rate))) \(unit)/s"]
        var bar = ""
        if let total, total > 0 {
            let share = min(Double(done) / Double(total), 1)
            let width = 30
            let filled = Int(share * Double(width))
            bar = "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "] "
            parts.insert("\(Int(share * 100)) %", at: 0)
            if done > doneBefore {
                let left = elapsed * Double(max(total - done, 0)) / Double(done - doneBefore)
                parts.append("\(Int(left.rounded(.up))) s left")
            }
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
