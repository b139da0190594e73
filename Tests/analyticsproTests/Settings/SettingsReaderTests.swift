import AnalyticsTesting
import ArgumentParser
import Foundation
import Testing

@testable import analyticspro

@Suite struct SettingsReaderTests {
    @Test("the environment comes before the file, and an empty variable is none")
    func order() async throws {
        try await withFile(#"{"host": "file", "port": 1, "rate-limit-auth": 3}"#) { path in
            let reader = try await SettingsReader(
                filePath: path, environment: ["HOST": "environment", "PORT": "", "RATE_LIMIT_INGEST": "5"])

            #expect(try reader.value(Settings.host) == "environment")
            #expect(try reader.value(Settings.port) == 1)
            #expect(try reader.value(Settings.rateLimitAuth) == 3)
            #expect(try reader.value(Settings.rateLimitIngest) == 5)
            #expect(try reader.value(Settings.publicURL) == nil)
        }
    }

    @Test("flags come before everything")
    func flags() async throws {
        let options = try ServeOptions.parse(["--port", "2"])
        let reader = try await SettingsReader(
            flags: options.flags, filePath: nil, environment: ["HOST": "environment", "PORT": "1"])

        let settings = try ServeSettings(reader)

        #expect(settings.host == "environment")
        #expect(settings.port == 2)
    }

    @Test("a number that is none is refused with the place where it stands")
    func noNumber() async throws {
        try await withFile(#"{"rate-limit-other": "many"}"#) { path in
            let fromFile = try await SettingsReader(filePath: path, environment: [:])
            let fromEnvironment = try await SettingsReader(filePath: nil, environment: ["RATE_LIMIT_AUTH": "ten"])

            let inFile = #expect(throws: CommandFailure.self) { try fromFile.value(Settings.rateLimitOther) }
            let inEnvironment = #expect(throws: CommandFailure.self) {
                try fromEnvironment.value(Settings.rateLimitAuth)
            }

            #expect(
                inFile?.description == "The setting rate-limit-other in \(path) must be a whole number, not \"many\".")
            #expect(
                inEnvironment?.description
                    == "The environment variable RATE_LIMIT_AUTH must be a whole number, not \"ten\".")
        }
    }

    @Test("in the file a number may stand as a text, and a text is no number; anything else is neither")
    func fileTypes() async throws {
        try await withFile(#"{"port": "81", "body-limit": [1]}"#) { path in
            let reader = try await SettingsReader(filePath: path, environment: [:])

            #expect(try reader.value(Settings.port) == 81)
            let error = #expect(throws: CommandFailure.self) { try reader.value(Settings.bodyLimit) }
            #expect(error?.description == "The setting body-limit in \(path) must be a text or a whole number.")
        }
    }

    @Test("a misspelt setting in the file is refused, not ignored")
    func misspelt() async throws {
        try await withFile(#"{"rate_limit_auth": 3}"#) { path in
            let error = await #expect(throws: CommandFailure.self) {
                _ = try await SettingsReader(filePath: path, environment: [:])
            }
            #expect(error?.description.hasPrefix("The setting rate_limit_auth in \(path) does not exist.") == true)
        }
    }

    @Test("a file that is not there, or no JSON object, is refused", arguments: ["", "[]", "{", "null"])
    func noFile(content: String) async throws {
        try await withFile(content) { path in
            await #expect(throws: CommandFailure.self) {
                _ = try await SettingsReader(filePath: content.isEmpty ? path + ".none" : path, environment: [:])
            }
        }
    }

    @Test(
        "values that are not allowed are refused",
        arguments: [
            ["--port", "65536"], ["--registration", "closed"], ["--rate-limit-auth=-1"],
            ["--public-url", "example.com"], ["--port", "http"], ["--trusted-proxies", "10.0.0.0/99"],
            ["--cors-origins", "example.com"], ["--mail-from", "nobody"], ["--database-connections", "0"],
            ["--body-limit", "1023"],
        ])
    func refused(arguments: [String]) async throws {
        let options = try ServeOptions.parse(arguments)
        let reader = try await SettingsReader(flags: options.flags, filePath: nil, environment: [:])

        let error = #expect(throws: CommandFailure.self) { try ServeSettings(reader) }

        let flag = arguments[0].prefix { $0 != "=" }
        #expect(error?.description.hasPrefix("The flag \(flag) must be") == true)
    }

    private func withFile(_ content: String, _ body: (String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/settings.json"
            try content.write(toFile: path, atomically: true, encoding: .utf8)
            try await body(path)
        }
    }
}
