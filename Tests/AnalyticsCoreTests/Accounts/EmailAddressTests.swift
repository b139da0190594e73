import AnalyticsCore
import Testing

@Suite struct EmailAddressTests {
    @Test(
        "an address is lower-cased and otherwise kept",
        arguments: [
            ("ann@example.com", "ann@example.com"), ("Ann.Bell@Example.COM", "ann.bell@example.com"),
            ("a@b", "a@b"), ("1@2", "1@2"), ("root@localhost", "root@localhost"),
            ("ann+tag@example.co.uk", "ann+tag@example.co.uk"), ("o'brien@example.ie", "o'brien@example.ie"),
            ("!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"),
            (".ann.@example.com", ".ann.@example.com"), ("a..b@example.com", "a..b@example.com"),
            ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
            ("ann@a-b.c--d.example", "ann@a-b.c--d.example"),
            ("ann@123.45", "ann@123.45"),
        ])
    func valid(sent: String, text: String) {
        #expect(EmailAddress(sent)?.text == text)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "@", "a", "ann", "ann@", "@example.com", "example.com", "ann@@example.com", "ann@bell@example.com",
            "ann@.com", "ann@example.", "ann@.", "ann@example..com", "ann@-example.com", "ann@example-.com",
            "ann@exa_mple.com", "ann@example.com.", "ann bell@example.com", "ann@exam ple.com", " ann@example.com",
            "ann@example.com ", "ann@example.com\n", "ann\t@example.com", "ann@example.com\u{0}",
            "ann,bell@example.com",
            "Ann <ann@example.com>", "<ann@example.com>", "\"ann bell\"@example.com", "ann@[127.0.0.1]", "(ann)@b.c",
            "ann:bell@example.com", "ann;bell@example.com", "ann\\bell@example.com", "mailto:ann@example.com",
            "ann@example.com,bob@example.com", "ann@example.com\r\nBcc: bob@example.com",
        ])
    func invalid(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test(
        "letters outside ASCII are refused, also those whose lower case is inside",
        arguments: [
            "\u{E9}ric@example.com", "ann@b\u{FC}cher.example", "\u{212A}arl@example.com", "ann@\u{212A}.example",
            "\u{130}@example.com", "ann\u{FF20}example.com", "ann@example\u{3002}com", "ann\u{301}@example.com",
            "ann@exam\u{200B}ple.com",
        ])
    func foreignLetters(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test("the part before the @ has at most 64 characters, each name of the domain at most 63")
    func partLengths() {
        let letters = String(repeating: "a", count: 63)

        #expect(EmailAddress(letters + "a@example.com") != nil)
        #expect(EmailAddress(letters + "aa@example.com") == nil)
        #expect(EmailAddress("ann@\(letters).com") != nil)
        #expect(EmailAddress("ann@\(letters)a.com") == nil)
    }

    @Test("the whole has at most 254 characters")
    func length() {
        let name = String(repeating: "b", count: 63)
        let longest = String(repeating: "a", count: 61) + "@\(name).\(name).\(name)"
        #expect(longest.count == 253)

        #expect(EmailAddress(longest) != nil)
        #expect(EmailAddress("a" + longest) != nil)
        #expect(EmailAddress("aa" + longest) == nil)
        #expect(EmailAddress(String(repeating: "a", count: 1_000_000)) == nil)
    }

    @Test("addresses that differ in case are the same")
    func equality() {
        #expect(EmailAddress("ANN@EXAMPLE.COM") == EmailAddress("ann@example.com"))
    }
}
