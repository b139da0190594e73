import Dispatch
public import Foundation
import Synchronization

/// Programs that tests start: each ends with the process of the tests, also when that crashes or is killed.
///
/// On Linux the kernel sees to it (prctl(2), `PR_SET_PDEATHSIG`, by way of `setpriv`). It sends its signal when the
/// thread ends that started the program, and the threads of Swift's tasks come and go. So all programs are started by one
/// thread that never ends.
public enum ChildProcess {
    /// A program that was not started.
    ///
    /// - Parameter command: The program, found in `PATH` unless it is a path, and its arguments.
    public static func make(_ command: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = bound(command)
        return process
    }

    /// A command that ends with the process that starts it.
    ///
    /// Programs that start others, such as `strace`, must be given such a command too: the signal reaches one process.
    public static func bound(_ command: [String]) -> [String] { binder + command }

    /// Runs a program to its end and returns the bytes that it writes; what it says of errors is dropped.
    ///
    /// - Throws: ``FixtureFault`` where it ends with another status than 0.
    public static func bytes(of command: [String]) throws -> Data {
        let process = make(command)
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.start()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw FixtureFault("\(command.joined(separator: " ")) ended with status \(process.terminationStatus)")
        }
        return data
    }

    /// The same as text.
    public static func output(of command: [String]) throws -> String {
        String(decoding: try bytes(of: command), as: UTF8.self)
    }

    /// Whether programs end with this process here: `setpriv` of util-linux 2.33 or later is needed.
    public static var isBinding: Bool { !binder.isEmpty }

    private static let binder: [String] = {
        let binder = ["setpriv", "--pdeathsig", "KILL", "--"]
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        probe.arguments = binder + ["true"]
        probe.standardError = FileHandle.nullDevice
        guard (try? probe.run()) != nil else { return [] }
        probe.waitUntilExit()
        return probe.terminationStatus == 0 ? binder : []
    }()

    fileprivate static let starter = StarterThread()
}

extension Process {
    /// Starts a program that ``ChildProcess`` made.
    public func start() throws {
        try ChildProcess.starter.start(self)
    }

    /// Waits until the program has ended, and ends it where the test's time is up.
    public func ended() async {
        while isRunning {
            guard (try? await Task.sleep(for: .milliseconds(5))) == nil else { continue }
            kill(processIdentifier, SIGKILL)
            waitUntilExit()
        }
    }
}

/// The thread that starts all programs, and lives as long as the process.
private final class StarterThread: Sendable {
    private struct Request: @unchecked Sendable {
        // Touched by the thread that asks before it asks and after it was answered, and by the starter in between.
        let process: Process
        let answer: (Result<Void, any Error>) -> Void
    }

    private let requests = Mutex<[Request]>([])
    private let arrived = DispatchSemaphore(value: 0)

    init() {
        Thread.detachNewThread { [self] in
            while true {
                arrived.wait()
                guard let next = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
                next.answer(Result { try next.process.run() })
            }
        }
    }

    func start(_ process: Process) throws {
        let hasStarted = DispatchSemaphore(value: 0)
        let outcome = Mutex<Result<Void, any Error>>(.success(()))
        let request = Request(process: process) { result in
            outcome.withLock { $0 = result }
            hasStarted.signal()
        }
        requests.withLock { $0.append(request) }
        arrived.signal()
        hasStarted.wait()
        try outcome.withLock { try $0.get() }
    }
}
