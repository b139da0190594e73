/// A category, source or external id: a text of 1 to 100 Unicode scalars that is compared byte by byte.
///
/// Swift's `String` takes two spellings of é as equal, a database does not. A label is equal to another exactly where
/// their UTF-8 is, in memory as in every table.
public struct Label: Sendable {
    /// The text as it was sent, trimmed.
    public let text: String

    /// How many Unicode scalars a label may have.
    public static let length = 1...100

    /// A text that is known to be one, as when it comes from the database.
    public init(_ text: String) {
        self.text = text
    }
}

extension Label: Hashable {
    /// Whether both are the same bytes.
    public static func == (left: Label, right: Label) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Feeds the bytes to a hasher.
    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}

extension Label: Comparable {
    /// Whether the left label's bytes come first.
    public static func < (left: Label, right: Label) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}
