import Foundation
import Synchronization

/// A program of `Tests/Notifications`, run with the Python that `Scripts/test-python` prepares.
public final class PythonScript: Sendable {
    /// The Python; nil where nobody prepared one.
    public static let python = ProcessInfo.processInfo.environment["ANALYTICSPRO_TEST_PYTHON"]
    /// Whether there is one.
    public static var isAvailable: Bool { python != nil }
    /// What is said of tests that are skipped without one.
    public static let none = "needs Python: ANALYTICSPRO_TEST_PYTHON names none, see Scripts/test-python"

    private let process: Mutex<Process>
    private let input: Mutex<FileHandle>
    private let lines = Mutex<(text: Data, hasEnded: Bool)>((Data(), false))

    /// Starts a script.
    ///
    /// - Parameters:
    ///   - name: The file's name.
    ///   - arguments: What stands behind it.
    public init(_ name: String, _ arguments: [String] = []) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let (input, output) = (Pipe(), Pipe())
        let process = ChildProcess.make(
            [Self.python ?? "python3", "-B", tests.appendingPathComponent("Notifications/\(name)").path] + arguments)
        process.standardInput = input
        process.standardOutput = output
        self.process = Mutex(process)
        self.input = Mutex(input.fileHandleForWriting)
        try self.process.withLock { try $0.start() }
        let reader = output.fileHandleForReading
        Thread.detachNewThread { [self] in
            while case let data = reader.availableData, !data.isEmpty { lines.withLock { $0.text += data } }
            lines.withLock { $0.hasEnded = true }
        }
    }

    /// Sends it something, and then the end.
    public func send(_ text: String) throws {
        try input.withLock { input in
            try input.write(contentsOf: Data(text.utf8))
            try input.close()
        }
    }

    /// The next line that it prints, nil at the end; waits until the test's time is up.
    public func nextLine() async throws -> String? {
        while true {
            let line: String?? = lines.withLock { lines in
                if let end = lines.text.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: lines.text[..<end], as: UTF8.self)
                    lines.text = Data(lines.text[lines.text.index(after: end)...])
                    return line
                }
                return lines.hasEnded ? .some(nil) : nil
            }
            if let line { return line }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Ends it.
    public func stop() {
        process.withLock { if $0.isRunning { kill($0.processIdentifier, SIGKILL) } }
    }
}
