public import AnalyticsStore

/// Removes the imports that an earlier run of the program left unfinished.
///
/// They were never visible.
public struct DiscardUnfinishedImports: Job {
    private let imports: ImportStore
    private let unfinished: [DataImport]

    /// A job that removes the given imports.
    ///
    /// - Parameters:
    ///   - imports: Where they are.
    ///   - unfinished: What was there before the first import of this run could begin.
    public init(imports: ImportStore, unfinished: [DataImport]) {
        self.imports = imports
        self.unfinished = unfinished
    }

    /// "discard unfinished imports".
    public var name: String { "discard unfinished imports" }

    /// At the start.
    public var schedule: JobSchedule { .atStart }

    /// Removes them one after the other; one that cannot be removed does not keep the others.
    ///
    /// - Throws: The last error; what is left then stays hidden, and the next start tries again.
    public func run() async throws {
        var failure: (any Error)?
        for dataImport in unfinished {
            do {
                try await imports.discard(dataImport)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
