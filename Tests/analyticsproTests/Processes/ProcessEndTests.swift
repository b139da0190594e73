import AnalyticsTesting
import Foundation
import Testing

/// Programs that tests start must not outlive them, however the tests end.
@Suite(.timeLimit(.patient)) struct ProcessEndTests {
    /// Starts a shell that starts a command in the background, and gives the shell and the command's process id.
    private func shell(starting command: [String]) async throws -> (shell: Process, id: pid_t) {
        let shell = ChildProcess.make(["/bin/sh", "-c", "\(command.joined(separator: " ")) & echo $!; wait"])
        let pipe = Pipe()
        shell.standardOutput = pipe
        let output = Gathered(pipe)
        try shell.start()
        while !output.text.hasSuffix("\n") { try await Task.sleep(for: .milliseconds(5)) }
        let id = try #require(pid_t(output.text.trimmingCharacters(in: .newlines)))
        return (shell, id)
    }

    /// Waits until a process runs a program, before which it is not bound yet.
    private func untilRunning(_ name: String, _ id: pid_t) async throws {
        while try String(contentsOfFile: "/proc/\(id)/comm", encoding: .utf8) != name + "\n" {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func isRunning(_ id: pid_t) -> Bool {
        // A zombie still has its process id.
        let state = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8).split(separator: ")").last?.first {
            $0 != " "
        }
        return state != nil && state != "Z"
    }

    #if os(Linux)
        @Test(
            "a program ends with the process that started it, also where that is killed",
            .enabled(if: ChildProcess.isBinding, "setpriv --pdeathsig is not there"))
        func killed() async throws {
            let (shell, id) = try await shell(starting: ChildProcess.bound(["sleep", "1000000"]))
            try await untilRunning("sleep", id)

            kill(shell.processIdentifier, SIGKILL)
            await shell.ended()

            while isRunning(id) { try await Task.sleep(for: .milliseconds(5)) }
        }

        @Test("a program goes on while the thread that asked for it ends")
        func threads() async throws {
            let process = ChildProcess.make(["sleep", "1000000"])
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                Thread.detachNewThread { continuation.resume(with: Result { try process.start() }) }
            }

            // Longer than a thread takes to end.
            try await Task.sleep(for: .milliseconds(300))
            #expect(process.isRunning)
            kill(process.processIdentifier, SIGKILL)
            await process.ended()
        }

        @Test(
            "a PostgreSQL server is stopped once the process that it was started for is killed",
            .enabled(if: PostgresCluster.isPossible, "no PostgreSQL to start here"))
        func cluster() async throws {
            try await withTemporaryFolder { folder in
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
                let owner = ChildProcess.make(["sleep", "1000000"])
                try owner.start()
                _ = try await PostgresCluster.start(folder + "/cluster", untilExitOf: owner.processIdentifier)
                let file = folder + "/cluster/data/postmaster.pid"
                let text = try String(contentsOfFile: file, encoding: .utf8)
                let server = try #require(text.split(separator: "\n").first.flatMap { pid_t($0) })
                #expect(isRunning(server))

                kill(owner.processIdentifier, SIGKILL)
                await owner.ended()

                while isRunning(server) { try await Task.sleep(for: .milliseconds(20)) }
            }
        }
    #endif
}
