import AnalyticsStore
import Foundation

/// Where the data is kept.
enum DatabaseLocation: Equatable {
    /// A SQLite file's path.
    case sqlite(path: String)
    /// A PostgreSQL database.
    case postgres(PostgresURL)

    /// The default.
    static let standard = DatabaseLocation.sqlite(path: "data/analyticspro.sqlite")

    private static let forms = "sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME"

    /// - Parameter url: `sqlite:` and a path, as in `sqlite:data/analyticspro.sqlite` or `sqlite:/var/lib/a.sqlite`, or
    ///   what libpq reads: `postgres://user:password@host:port/name`.
    /// - Throws: ``CommandFailure`` for anything else, which does not repeat what may be a password.
    init(url: String) throws {
        guard let colon = url.firstIndex(of: ":") else {
            throw CommandFailure("The database must be given as \(Self.forms), not \"\(url)\".")
        }
        switch url[..<colon] {
        case "sqlite":
            var path = url[url.index(after: colon)...]
            if path.hasPrefix("///") { path = path.dropFirst(2) }
            guard !path.isEmpty, !path.hasSuffix("/") else {
                throw CommandFailure("The database must be given as sqlite:PATH with the path of a file.")
            }
            self = .sqlite(path: String(path))
        case "postgres", "postgresql":
            do {
                self = .postgres(try PostgresURL(url))
            } catch let error as StoreError {
                throw CommandFailure(sentence: error.reason)
            }
        default:
            // What stands behind the scheme may hold a password.
            throw CommandFailure("The database must be given as \(Self.forms). There is no engine \(url[..<colon]):.")
        }
    }
}

extension DatabaseLocation: CustomStringConvertible {
    /// Where it is, without any secret.
    var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let url): url.description
        }
    }
}
