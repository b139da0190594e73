/// Text that nobody can guess.
public enum RandomText {
    /// So many of the 62 letters and digits of ASCII, about six bits of chance each.
    ///
    /// - Parameter generator: The source of chance; pass the system's.
    public static func lettersAndDigits(_ count: Int, using generator: inout some RandomNumberGenerator) -> String {
        String(decoding: (0..<count).map { _ in alphabet[Int.random(in: 0..<62, using: &generator)] }, as: UTF8.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
}
