import AnalyticsTesting
import ArgumentParser
import Foundation
import Testing

@testable import analyticspro

@Suite(.timeLimit(.patient)) struct SettingsTests {
    @Test("every setting has its flag in the help of its commands, with its variable and its default beside it")
    func help() async throws {
        let serve = try await Program.run(["serve", "--help"]).output
        let migrate = try await Program.run(["migrate", "--help"]).output
        // Lines are broken where the terminal ends.
        func words(_ text: String) -> String { text.split { $0.isWhitespace }.joined(separator: " ") }

        for setting in Settings.shown {
            let shown = "--\(setting.flag) <\(setting.valueName)> \(setting.summary) (\(setting.variable); default: "
            #expect(words(serve).contains(words(shown + setting.standard + ").")), "\(setting.variable)")
            #expect(migrate.contains("--\(setting.flag) ") == (setting.scope == .everyCommand), "\(setting.variable)")
        }
        let flags = serve.matches(of: /--([a-z-]+) </).map { String($0.output.1) }
        #expect(Set(flags) == Set(Settings.shown.map(\.flag) + ["config"]))
    }

    @Test("no two settings have a name in common")
    func names() {
        for names in [Settings.all.map(\.variable), Settings.all.map(\.flag), Settings.all.map(\.inFile)] {
            #expect(Set(names).count == names.count)
        }
    }

    @Test("the table in docs/operations.md has a row for each setting, as the program has it")
    func documentation() throws {
        let file = URL(filePath: #filePath).appending(path: "../../../../docs/operations.md").standardized
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let head = try #require(lines.firstIndex { $0.hasPrefix("| flag") && $0.contains("| variable |") })

        let rows = lines[(head + 2)...].prefix { $0.hasPrefix("|") }.map(String.init)

        #expect(rows == Settings.shown.map(\.row))
    }

    @Test("--print-settings prints each setting, where it comes from, and no password")
    func listing() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/settings.json"
            try #"{"rate-limit-other": 7}"#.write(toFile: file, atomically: true, encoding: .utf8)

            let outcome = try await Program.run(
                ["serve", "--print-settings", "--port", "81", "--config", file],
                environment: [
                    "DATABASE_URL": "postgres://ada:sec%40ret@db/analytics?sslmode=require&password=secret",
                    "SMTP_URL": "smtps://ada:secret@mail.example.com", "MAIL_FROM": "numbers@example.com",
                    "PASSWORD_COST": "",
                ])

            #expect(outcome.status == 0)
            #expect(
                !outcome.output.contains("secret") && !outcome.output.contains("sec@ret")
                    && !outcome.output.contains("sec%40ret"))
            let lines = outcome.output.split(separator: "\n").map(String.init)
            #expect(lines.count == Settings.shown.count)
            for line in [
                "HOST=127.0.0.1  (default)", "PORT=81  (the flag --port)",
                "DATABASE_URL=analytics on db:5432 as ada  (the environment variable DATABASE_URL)",
                "SMTP_URL=mail.example.com:465  (the environment variable SMTP_URL)",
                "RATE_LIMIT_OTHER=7  (the setting rate-limit-other in \(file))",
                "REPORT_RETENTION=0  (default)",
            ] {
                #expect(lines.contains(line), "\(line)")
            }
        }
    }

    @Test("--print-settings refuses what a start would refuse")
    func refused() async throws {
        let outcome = try await Program.run(["serve", "--print-settings", "--mail-from", "numbers@example.com"])

        #expect(outcome.status == 1)
        #expect(outcome.errors == "Error: MAIL_FROM has no effect without SMTP_URL. Set both or neither.\n")
    }

    @Test("the value of each flag of serve arrives under its setting's name")
    func flags() throws {
        let flags = Settings.shown.filter { $0.scope == .serve }.map(\.flag)

        let options = try ServeOptions.parse(flags.flatMap { ["--\($0)", "1"] })

        #expect(options.flags == Dictionary(uniqueKeysWithValues: flags.map { ($0, "1") }))
    }
}
