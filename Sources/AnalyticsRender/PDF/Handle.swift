/// Owns an object of a C library and gives it back when nothing refers to it any more.
final class Handle {
    /// The object, good as long as this handle is.
    let pointer: OpaquePointer
    private let release: (OpaquePointer) -> Void

    /// Takes over an object.
    ///
    /// - Parameters:
    ///   - pointer: The object, or nil where the library had no memory for it.
    ///   - kind: What it is, for the error.
    ///   - release: Gives it back.
    /// - Throws: ``RenderError`` where there is no object.
    init(_ pointer: OpaquePointer?, _ kind: String, release: @escaping (OpaquePointer) -> Void) throws {
        guard let pointer else { throw RenderError("no memory for \(kind)") }
        self.pointer = pointer
        self.release = release
    }

    deinit { release(pointer) }
}
