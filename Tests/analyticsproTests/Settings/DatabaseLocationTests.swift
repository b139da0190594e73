import Testing

@testable import analyticspro

@Suite struct DatabaseLocationTests {
    @Test(
        "a SQLite database is named by its path, relative or absolute",
        arguments: [
            ("sqlite:data/a.sqlite", "data/a.sqlite"), ("sqlite:/var/lib/a.sqlite", "/var/lib/a.sqlite"),
            ("sqlite:///var/lib/a.sqlite", "/var/lib/a.sqlite"),
        ])
    func path(url: String, path: String) throws {
        #expect(try DatabaseLocation(url: url).path == path)
    }

    @Test("a password in a database's URL is not repeated in the error")
    func password() {
        let error = #expect(throws: CommandFailure.self) {
            try DatabaseLocation(url: "postgres://ada:secret@db/analytics")
        }
        #expect(error?.description.contains("secret") == false)
    }

    @Test("what names no file is refused", arguments: ["", "a.sqlite", "sqlite:", "sqlite:data/"])
    func refused(url: String) {
        #expect(throws: CommandFailure.self) { try DatabaseLocation(url: url) }
    }
}
