import AnalyticsCore
import AnalyticsServer
import Foundation
import NIOCore

/// A file to import, or standard input.
struct ImportFile {
    /// Where it is, or `-` for standard input.
    let path: String
    let format: ImportFormat

    /// In which form a file is: as somebody said, or by its ending.
    ///
    /// - Throws: ``CommandFailure`` where what was said is none.
    static func format(named name: String?, ofFile path: String) throws -> ImportFormat {
        guard let name else {
            return path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl") ? .ndjson : .csv
        }
        guard let format = ImportFormat(rawValue: name) else {
            throw CommandFailure("The format must be csv or ndjson, not \"\(name)\".")
        }
        return format
    }

    /// What an import of it is called.
    var name: String {
        let name = path == "-" ? "standard input" : URL(fileURLWithPath: path).lastPathComponent
        return String(String.UnicodeScalarView(name.unicodeScalars.prefix(NewImport.nameLength.upperBound)))
    }

    /// What is in it.
    ///
    /// - Throws: ``CommandFailure`` where it cannot be read.
    var pieces: FilePieces { get throws { try FilePieces(path: path) } }

    /// Its latest day, nil where it has none.
    func lastDay() async throws -> Day? {
        guard path != "-" else {
            throw CommandFailure("--shift-to-today reads the file twice, which standard input cannot be.")
        }
        var scan = LastDayScan(format)
        for try await piece in try pieces {
            try scan.read(Array(piece.readableBytesView))
        }
        return try scan.finish()
    }
}
