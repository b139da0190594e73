import Testing

@testable import AnalyticsServer

@Suite struct JSONScannerTests {
    @Test(
        "what RFC 8259 calls JSON is taken",
        arguments: [
            "{}", " {} ", "\t\r\n {\n}\n", "[]", "[ ]", "null", "true", "false", "0", "-0", "-0.0e-0", "1E+2", "1e2",
            "123456789012345678901234567890", "1.5E-400", "1e999", #""""#, #""a""#, " \"a\" ", "[1,2 , 3]",
            #"{"a":[1,{"b":[]}],"c":{}}"#, #"{"":0}"#, #"{"a":1,"a":2}"#, #"{"\u0000":"\u0000"}"#,
            #""\"\\\/\b\f\n\r\t""#, #""\u00e9\u00E9""#, #""\ud83d\ude00""#, #""\ud800""#, #""\ude00\ud83d""#,
            "\"\u{7F}\"", "\"\u{2028}\u{FFFF}\u{10FFFF}\"", "[[],[[]],{\"a\":[{}]}]", "[true,false,null]",
            "{\"a\" : 1 , \"b\"\n:\t2 }",
        ])
    func wellFormed(text: String) {
        #expect(jsonFault(text) == nil)
    }

    @Test(
        "what is not JSON is refused at the byte where it stops being any",
        arguments: [
            ("", 0, "unexpected end, expected a value"), (" \n", 2, "unexpected end, expected a value"),
            // Commas and brackets
            ("[1,]", 3, "expected a value"), ("[,1]", 1, "expected a value"), ("[1,,2]", 3, "expected a value"),
            ("[1 2]", 3, "expected , or ]"), ("[1", 2, "unexpected end, expected , or ]"),
            ("[", 1, "unexpected end, expected a value"), ("[1,", 3, "unexpected end, expected a value"),
            ("[1]]", 3, "expected nothing more"), ("]", 0, "expected a value"), ("[1}", 2, "expected , or ]"),
            ("{\"a\":1]", 6, "expected , or }"), ("[{]}", 2, "expected a name in quotation marks"),
            ("[\"a\":1]", 4, "expected , or ]"), ("{}{}", 2, "expected nothing more"),
            ("[][]", 2, "expected nothing more"), ("1 2", 2, "expected nothing more"),
            ("[1\u{0C}]", 2, "expected , or ]"), ("[\"a\",\n4\n,1,", 11, "unexpected end, expected a value"),
            // Members
            ("{", 1, "unexpected end, expected a name in quotation marks"),
            ("{\"a\":1,}", 7, "expected a name in quotation marks"), ("{,}", 1, "expected a name in quotation marks"),
            ("{\"a\":1,,\"b\":2}", 7, "expected a name in quotation marks"),
            ("{\"a\" 1}", 5, "expected :"), ("{\"a\",1}", 4, "expected :"), ("{\"a\"}", 4, "expected :"),
            ("{\"a\"", 4, "unexpected end, expected :"), ("{\"a\":", 5, "unexpected end, expected a value"),
            ("{\"a\":}", 5, "expected a value"), ("{\"a\"::1}", 5, "expected a value"),
            ("{a:1}", 1, "expected a name in quotation marks"), ("{'a':1}", 1, "expected a name in quotation marks"),
            ("{1:2}", 1, "expected a name in quotation marks"), ("{null:2}", 1, "expected a name in quotation marks"),
            ("{\"a\":1", 6, "unexpected end, expected , or }"), ("{\"a\":1 \"b\":2}", 7, "expected , or }"),
            ("{\"a\":{\"b\":1,}}", 12, "expected a name in quotation marks"), ("{\"a\":[{\"b\" 1}]}", 11, "expected :"),
            // Numbers
            ("01", 1, "expected nothing more"), ("-01", 2, "expected nothing more"), ("[012]", 2, "expected , or ]"),
            ("1.", 2, "unexpected end, expected a digit"), ("[1.]", 3, "expected a digit"),
            ("1.e1", 2, "expected a digit"), (".5", 0, "expected a value"), ("-.5", 1, "expected a digit"),
            ("1e", 2, "unexpected end, expected a digit"), ("1e+", 3, "unexpected end, expected a digit"),
            ("[1e-]", 4, "expected a digit"), ("1eE2", 2, "expected a digit"), ("1e+-2", 3, "expected a digit"),
            ("+1", 0, "expected a value"), ("-", 1, "unexpected end, expected a digit"), ("--1", 1, "expected a digit"),
            ("- 1", 1, "expected a digit"), ("NaN", 0, "expected a value"), ("-NaN", 1, "expected a digit"),
            ("Infinity", 0, "expected a value"), ("-Infinity", 1, "expected a digit"), ("nan", 0, "expected a value"),
            ("0x1", 1, "expected nothing more"), ("1_000", 1, "expected nothing more"),
            ("1,000", 1, "expected nothing more"), ("1.2.3", 3, "expected nothing more"),
            ("2.e+3", 2, "expected a digit"), ("[１]", 1, "expected a value"),
            // Literals
            ("tru", 3, "unexpected end, expected a value"), ("truE", 0, "expected a value"),
            ("True", 0, "expected a value"), ("TRUE", 0, "expected a value"),
            ("nul", 3, "unexpected end, expected a value"),
            ("nullx", 4, "expected nothing more"), ("[fals]", 1, "expected a value"),
            ("undefined", 0, "expected a value"),
            // Strings
            ("\"", 1, "unexpected end, expected a closing quotation mark"),
            ("\"abc", 4, "unexpected end, expected a closing quotation mark"), ("'a'", 0, "expected a value"),
            ("abc", 0, "expected a value"), ("[\"a]", 4, "unexpected end, expected a closing quotation mark"),
            ("\"\t\"", 1, "a control character in a string"), ("\"a\nb\"", 2, "a control character in a string"),
            ("\"\0\"", 1, "a control character in a string"), ("\"\u{1F}\"", 1, "a control character in a string"),
            ("{\"a\u{1}\":1}", 3, "a control character in a string"),
            ("\"\\x\"", 2, "an unknown escape"), ("\"\\U0041\"", 2, "an unknown escape"),
            ("\"\\'\"", 2, "an unknown escape"),
            ("\"\\\u{1F300}\"", 2, "an unknown escape"), ("\"\\", 2, "unexpected end, expected the rest of an escape"),
            ("\"\\\"", 3, "unexpected end, expected a closing quotation mark"),
            ("\"\\u\"", 3, "expected four hexadecimal digits"), ("\"\\u12G4\"", 5, "expected four hexadecimal digits"),
            ("\"\\u00", 5, "unexpected end, expected four hexadecimal digits"),
            ("\"\\uD800\\u12\"", 11, "expected four hexadecimal digits"),
            ("\"\\uD800\\x\"", 8, "an unknown escape"), ("\"\\u+123\"", 3, "expected four hexadecimal digits"),
            // What other dialects allow
            ("// a", 0, "expected a value"), ("[1/*a*/]", 2, "expected , or ]"),
            ("{\"a\":1}#", 7, "expected nothing more"),
            ("\u{FEFF}{}", 0, "expected a value"), ("\u{A0}1", 0, "expected a value"),
            ("\u{0C}1", 0, "expected a value"),
            ("[\u{2060}]", 1, "expected a value"), ("<a/>", 0, "expected a value"), ("\0", 0, "expected a value"),
            ("{}\0", 2, "expected nothing more"), ("*", 0, "expected a value"),
        ] as [(String, Int, String)])
    func malformed(text: String, offset: Int, reason: String) {
        #expect(jsonFault(text) == JSONScanner.Malformed(offset: offset, reason: reason))
    }

    @Test("a document that is cut anywhere is malformed, at the latest where it ends")
    func truncated() {
        let document = Array(
            #"{"metric_type": "revenue", "value": -12.50e+3, "ok": [true, false, null, {"a": "\n\u00e9\ud83d\ude00é😀"}]}"#
                .utf8)
        #expect(jsonFault(document) == nil)

        for count in document.indices {
            let fault = jsonFault(Array(document.prefix(count)))
            #expect((fault?.offset ?? .max) <= count, "cut at byte \(count)")
        }
    }

    // MARK: - UTF-8

    @Test(
        "a text of well-formed UTF-8 is taken",
        arguments: [
            [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xE1, 0x80, 0x80], [0xED, 0x9F, 0xBF],
            [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF3, 0xBF, 0xBF, 0xBF],
            [0xF4, 0x8F, 0xBF, 0xBF],
        ] as [[UInt8]])
    func goodUTF8(bytes: [UInt8]) {
        #expect(jsonFault([0x22] + bytes + [0x22]) == nil)
    }

    @Test(
        "a text with bytes that are not UTF-8 is refused at the first of them",
        arguments: [
            // Bytes that begin nothing, and encodings that are longer than need be
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            // Surrogates, and what is beyond U+10FFFF
            [0xED, 0xA0, 0x80], [0xED, 0xAF, 0xBF], [0xED, 0xB0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
            // Sequences that end too early
            [0xC2], [0xC3, 0x28], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xF0, 0x9F, 0x98],
            [0xF0, 0x28, 0x8C, 0xBC], [0xF0, 0x90, 0x28, 0xBC], [0xF0, 0x28, 0x8C, 0x28],
        ] as [[UInt8]])
    func badUTF8(bytes: [UInt8]) {
        let expected = JSONScanner.Malformed(offset: 2, reason: "a byte that is not UTF-8")
        let name: [UInt8] = [0x7B, 0x22] + bytes + Array("\":1}".utf8)

        #expect(jsonFault(Array("[\"".utf8) + bytes + Array("\"]".utf8)) == expected)
        #expect(jsonFault(Array("[\"".utf8) + bytes) == expected)
        #expect(jsonFault(name) == expected)
    }

    @Test("bytes beyond ASCII outside of a text are no JSON")
    func bytesBetweenTokens() {
        #expect(jsonFault([0xFF]) == .init(offset: 0, reason: "expected a value"))
        #expect(jsonFault([0x5B, 0x31, 0xC3, 0xA9]) == .init(offset: 2, reason: "expected , or ]"))
    }

    // MARK: - Depth

    @Test("sixty-four levels are taken and sixty-five are not")
    func depth() {
        func lists(_ count: Int) -> String {
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        func objects(_ count: Int) -> String {
            String(repeating: #"{"a":"#, count: count) + "1" + String(repeating: "}", count: count)
        }
        let reason = "more than 64 levels of nesting"

        #expect(jsonFault(lists(64)) == nil)
        #expect(jsonFault(lists(65)) == .init(offset: 64, reason: reason))
        #expect(jsonFault(objects(64)) == nil)
        #expect(jsonFault(objects(65)) == .init(offset: 320, reason: reason))
        #expect(jsonFault(#"{"a":"# + lists(63) + "}") == nil)
        #expect(jsonFault(#"{"a":"# + lists(64) + "}") == .init(offset: 5 + 63, reason: reason))
        #expect(jsonFault("[" + objects(63) + "," + objects(63) + "]") == nil)
    }

    @Test("a hundred thousand levels are refused without harm")
    func enormousDepth() {
        let reason = "more than 64 levels of nesting"

        #expect(jsonFault(String(repeating: "[", count: 100_000)) == .init(offset: 64, reason: reason))
        #expect(jsonFault(String(repeating: #"{"a":"#, count: 100_000)) == .init(offset: 320, reason: reason))
        #expect(jsonFault(String(repeating: #"[{"a":"#, count: 100_000)) == .init(offset: 192, reason: reason))
    }

    @Test("a hundred thousand values beside each other are no depth")
    func enormousBreadth() {
        #expect(jsonFault("[" + String(repeating: "[],", count: 100_000) + "{}]") == nil)
    }
}
