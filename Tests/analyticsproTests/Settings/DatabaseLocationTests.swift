import AnalyticsStore
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
        #expect(try DatabaseLocation(url: url) == .sqlite(path: path))
    }

    @Test(
        "a PostgreSQL database is described without its password",
        arguments: [
            ("postgres://ada:secret@db/analytics", "analytics on db:5432 as ada"),
            ("postgresql://ada:s%65cret@db:6432/a?sslmode=require", "a on db:6432 as ada"),
            ("postgres://ada:secret@db1,db2:6432/a", "a on db1:5432, db2:6432 as ada"),
            ("postgres://ada@[::1]:5433/a?password=secret", "a on ::1:5433 as ada"),
        ])
    func postgres(url: String, description: String) throws {
        let location = try DatabaseLocation(url: url)

        #expect(location.description == description)
        #expect(!"\(location) \(String(reflecting: location))".contains("secret"))
        var dumped = ""
        dump(location, to: &dumped)
        #expect(!dumped.contains("secret"))
    }

    @Test(
        "a password in a URL that cannot be read is not repeated in the error",
        arguments: [
            "postgres://ada:secret@db/analytics?nonsense=1", "mysql://ada:secret@db/analytics",
        ])
    func password(url: String) {
        let error = #expect(throws: CommandFailure.self) { try DatabaseLocation(url: url) }

        #expect(error?.description.contains("secret") == false)
        #expect(error?.description.contains("postgres://USER:PASSWORD@HOST:PORT/NAME") == true)
    }

    @Test("what names no file is refused", arguments: ["", "a.sqlite", "sqlite:", "sqlite:data/"])
    func refused(url: String) {
        #expect(throws: CommandFailure.self) { try DatabaseLocation(url: url) }
    }
}
