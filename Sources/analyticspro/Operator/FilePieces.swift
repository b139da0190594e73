import Foundation
import NIOCore

/// A file or standard input, read piece by piece.
struct FilePieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private let path: String
    /// How many bytes there are; nil where that is not known.
    let length: Int64?

    /// - Parameter path: A file's path, or `-` for standard input.
    /// - Throws: ``CommandFailure`` where it cannot be read.
    init(path: String) throws {
        self.path = path
        guard path != "-" else {
            length = nil
            return
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
            throw CommandFailure("There is no file \(path).")
        }
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            // A pipe or a device has no size that means anything.
            let isRegular = attributes[.type] as? FileAttributeType == .typeRegular
            length = isRegular ? (attributes[.size] as? NSNumber)?.int64Value : nil
        } catch {
            throw CommandFailure("The file \(path) cannot be read: \(error.localizedDescription)")
        }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(path: path)
    }

    /// The same pieces, each reported on its way.
    func watched(by progress: ProgressReport) -> AsyncMapSequence<FilePieces, ByteBuffer> {
        map { piece in
            await progress.passed(piece.readableBytesView)
            return piece
        }
    }

    struct Iterator: AsyncIteratorProtocol {
        let path: String
        private var handle: FileHandle?

        init(path: String) {
            self.path = path
        }

        mutating func next() async throws -> ByteBuffer? {
            do {
                let handle = try handle ?? open()
                self.handle = handle
                guard let data = try handle.read(upToCount: 262_144), !data.isEmpty else { return nil }
                return ByteBuffer(bytes: data)
            } catch {
                throw CommandFailure("The file \(path) cannot be read: \(error.localizedDescription)")
            }
        }

        private func open() throws -> FileHandle {
            path == "-" ? .standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        }
    }
}
