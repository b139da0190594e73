/// A password that nobody can guess and everybody can type.
enum RandomPassword {
    /// Four groups of five letters and digits, without those that look alike: 99 bits of chance.
    static func make() -> String {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
        var generator = SystemRandomNumberGenerator()
        let groups = (0..<4).map { _ in
            String((0..<5).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
        }
        return groups.joined(separator: "-")
    }
}
