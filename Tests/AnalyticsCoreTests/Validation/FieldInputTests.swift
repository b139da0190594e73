import AnalyticsCore
import Testing

@Suite struct FieldInputTests {
    @Test(
        "a text loses the white space at its ends and nothing else",
        arguments: [
            ("a", "a"), (" a", "a"), ("a ", "a"), ("  a  b  ", "a  b"), ("\t\r\n a\u{B}\u{C}", "a"), ("é", "é"),
            (" é ", "é"), ("\u{3000}日本\u{3000}", "日本"), ("a\u{A0}b", "a\u{A0}b"), ("\u{A0}a\u{85}", "a"),
            (" \u{1F469}\u{200D}\u{1F4BB} ", "\u{1F469}\u{200D}\u{1F4BB}"), (" e\u{301} ", "e\u{301}"),
            ("\u{7F}", "\u{7F}"),
            // A mark that combines with the space before it leaves no Character that is white space, but a scalar is.
            (" \u{301}a", "\u{301}a"),
        ])
    func trimming(sent: String, text: String) {
        guard case .text(let bytes) = FieldInput.sent(sent) else {
            Issue.record("\(sent.debugDescription) is no text")
            return
        }
        #expect(Array(bytes) == Array(text.utf8))
    }

    @Test(
        "every scalar of Unicode's White_Space is trimmed, at either end",
        arguments: [
            0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005,
            0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
        ] as [UInt32])
    func whiteSpace(scalar: UInt32) throws {
        let space = String(try #require(Unicode.Scalar(scalar)))

        for sent in [space + "x", "x" + space, space + space + "x" + space] {
            guard case .text(let bytes) = FieldInput.sent(sent) else {
                Issue.record("\(sent.debugDescription) is no text")
                continue
            }
            #expect(Array(bytes) == [0x78])
        }
    }

    @Test(
        "what only looks like white space stays",
        arguments: [0x01, 0x1C, 0x1F, 0x7F, 0x180E, 0x200B, 0x200D, 0x2060, 0x2800, 0xFEFF] as [UInt32])
    func notWhiteSpace(scalar: UInt32) throws {
        let text = String(try #require(Unicode.Scalar(scalar)))

        guard case .text(let bytes) = FieldInput.sent(text) else {
            Issue.record("U+\(String(scalar, radix: 16)) was trimmed")
            return
        }
        #expect(Array(bytes) == Array(text.utf8))
    }

    @Test(
        "nothing but white space is nothing",
        arguments: ["", " ", "   ", "\t\r\n", "\u{3000}", "\u{A0}\u{2003} \u{85}", "\u{2028}\u{2029}"])
    func missing(sent: String) {
        guard case .missing = FieldInput.sent(sent) else {
            Issue.record("\(sent.debugDescription) is not missing")
            return
        }
    }

    @Test("a text with U+0000 cannot be stored", arguments: ["\u{0}", "a\u{0}b", " \u{0} ", "\u{0}a", "é\u{0}"])
    func unprintable(sent: String) {
        guard case .unprintable = FieldInput.sent(sent) else {
            Issue.record("\(sent.debugDescription) is not refused")
            return
        }
    }

    @Test("the slice of a buffer keeps its place in it")
    func slice() {
        let buffer = Array("name= Ann ;x".utf8)

        guard case .text(let bytes) = FieldInput(trimming: buffer[5..<10]) else {
            Issue.record("no text")
            return
        }

        #expect(bytes.indices == 6..<9)
        #expect(String(decoding: bytes, as: UTF8.self) == "Ann")
    }
}
