import AnalyticsCore
import Testing

@Suite struct TokenSecretTests {
    /// The checksums are those of Python's `zlib.crc32`.
    @Test(
        "a text with the right checksum is a token",
        arguments: [
            (1, "9999999999999999999999999999999999999999071fc071"),
            (7, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25"),
            (42, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn6eb9bc73"),
            (1000, "0123456789012345678901234567890123456789a6463c49"),
            (9_007_199_254_740_991, "Zk3vQ9s0bT7yLr2XwHn5JfUe8MdCa1GpKiOq4RzVf51eb7b4"),
            (.max, "T0000000000000000000000000000000000075420001a4ec"),
        ] as [(Int64, String)])
    func parsing(id: Int64, secret: String) throws {
        let token = try #require(TokenSecret("\(id)|\(secret)"))

        #expect(token.id == id)
        #expect(token.secret == secret)
        #expect(token.text == "\(id)|\(secret)")
    }

    @Test("a new secret is forty letters and digits and their checksum")
    func generation() {
        var generator = Highest()

        let token = TokenSecret(id: 5, using: &generator)

        #expect(token.text == "5|9999999999999999999999999999999999999999071fc071")
    }

    @Test("new secrets have the form of one, and no two are the same")
    func manySecrets() throws {
        var generator = SystemRandomNumberGenerator()

        let tokens = (1...1000).map { TokenSecret(id: $0, using: &generator) }

        for token in tokens {
            #expect(TokenSecret(token.text) == token)
            #expect(token.secret.wholeMatch(of: /[A-Za-z0-9]{40}[0-9a-f]{8}/) != nil)
        }
        #expect(Set(tokens.map(\.secret)).count == 1000)
        #expect(Set(tokens.flatMap { $0.secret.prefix(40) }).count == 62)
    }

    @Test("a text with any one character changed is no token", arguments: 2..<50)
    func tampered(position: Int) {
        var bytes = Array("7|Zk3vQ9s0bT7yLr2XwHn5JfUe8MdCa1GpKiOq4RzVf51eb7b4".utf8)

        bytes[position] = bytes[position] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")

        #expect(TokenSecret(String(decoding: bytes, as: UTF8.self)) == nil)
    }

    @Test(
        "what has not the form of a token is none",
        arguments: [
            "", "|", "7", "7|", "token", "Bearer 7|abc", "|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "0|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "-7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "+7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "07|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            " 7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "7 |aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "x|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "7.0|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "\u{0667}|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "9223372036854775808|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "7||aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "7| aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25 ",
            "7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25\u{0}",
            "7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaC95B8A25",
            "7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa00000000",
            "7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            "7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25",
            // The checksums are right, but not every character is a letter or a digit.
            "7|----------------------------------------51dea371",
            "7|\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}"
                + "\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}fbb03b4e",
        ])
    func junk(text: String) {
        #expect(TokenSecret(text) == nil)
    }

    @Test("a token is read from part of a header as from a whole text")
    func substring() {
        let header = "Bearer 7|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac95b8a25"

        #expect(TokenSecret(header.dropFirst(7))?.id == 7)
    }

    /// Always the largest number: each choice is the last of the choices.
    private struct Highest: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }
}
