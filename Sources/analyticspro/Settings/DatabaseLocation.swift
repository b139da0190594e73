import Foundation

/// Where the data is kept.
struct DatabaseLocation: Equatable {
    /// The SQLite file's path.
    let path: String

    /// - Parameter url: `sqlite:` and a path, as in `sqlite:data/analyticspro.sqlite` or `sqlite:/var/lib/a.sqlite`.
    /// - Throws: ``CommandFailure`` for anything else.
    init(url: String) throws {
        guard let colon = url.firstIndex(of: ":") else {
            throw CommandFailure("The database must be given as sqlite:PATH, not \"\(url)\".")
        }
        guard url[..<colon] == "sqlite" else {
            // What stands behind the scheme may hold a password.
            throw CommandFailure(
                "The database must be given as sqlite:PATH. This version has no engine for \(url[..<colon]): yet.")
        }
        var path = url[url.index(after: colon)...]
        if path.hasPrefix("///") { path = path.dropFirst(2) }
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw CommandFailure("The database must be given as sqlite:PATH with the path of a file.")
        }
        self.path = String(path)
    }

    /// Makes the folder that the file is in, where there is none.
    func makeFolder() throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure("The folder \(folder.path) cannot be made: \(error.localizedDescription)")
        }
    }
}
