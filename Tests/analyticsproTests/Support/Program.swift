import AnalyticsTesting
import Foundation
import Synchronization
import Testing

/// The built program, run as a process of its own.
enum Program {
    /// What a run of it came to.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Where the program is: beside the tests' own.
    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("analyticspro").path

    /// Runs a command to its end.
    ///
    /// - Parameters:
    ///   - arguments: What stands behind the program's name.
    ///   - input: What it reads from standard input.
    ///   - environment: Variables beside those that every process needs.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> Outcome {
        let process = makeProcess(arguments, environment: environment)
        let (output, errors, inputs) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = inputs
        let gathered = (Gathered(output), Gathered(errors))
        try process.start()
        try inputs.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try inputs.fileHandleForWriting.close()
        await process.ended()
        return Outcome(
            status: process.terminationStatus, output: await gathered.0.all(), errors: await gathered.1.all())
    }

    /// The variable by which passwords are hashed at almost no cost: tests of anything else would do little but hash.
    static let cheapPasswords = ["PASSWORD_COST": "ln=4,r=1,p=1"]

    /// A process of the program that was not started.
    ///
    /// - Parameters:
    ///   - environment: Variables beside those that every process needs. A `PASSWORD_COST` of `""` is the real cost.
    ///   - wrapper: What runs the program, and with which arguments, where it is not run by itself.
    static func makeProcess(
        _ arguments: [String], environment: [String: String], wrapper: [String] = []
    ) -> Process {
        let process = ChildProcess.make(wrapper + ChildProcess.bound([path] + arguments))
        let basics = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent"]
        process.environment = cheapPasswords.merging(basics) { given, _ in given }.merging(environment) { _, asked in
            asked
        }
        return process
    }
}

/// Everything that comes out of a pipe.
final class Gathered: Sendable {
    private struct State {
        var text = Data()
        var hasEnded = false
    }

    private let state = Mutex(State())

    init(_ pipe: Pipe) {
        Thread.detachNewThread {
            // Blocks until something comes; nothing is the end.
            while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
                self.state.withLock { $0.text += data }
            }
            self.state.withLock { $0.hasEnded = true }
        }
    }

    /// What came so far.
    var text: String { String(decoding: state.withLock(\.text), as: UTF8.self) }

    /// What came until the end, or until the test's time was up.
    func all() async -> String {
        while !state.withLock(\.hasEnded), (try? await Task.sleep(for: .milliseconds(5))) != nil {}
        return text
    }
}
