/// Why a document could not be drawn: memory ran out, or a library refused a picture.
public struct RenderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reason in English, for the log.
    public let description: String

    /// An error of that reason.
    public init(_ description: String) {
        self.description = description
    }
}
