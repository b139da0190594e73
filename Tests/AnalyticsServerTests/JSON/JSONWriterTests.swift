import AnalyticsCore
import Foundation
import Testing

@testable import AnalyticsServer

@Suite struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test("objects and lists are nested with commas where they belong")
    func nesting() {
        let text = written { json in
            json.object { json in
                json.object("empty") { _ in }
                json.list("none", [] as [Int]) { _, _ in }
                json.list("pairs", [[1, 2], [], [3]]) { json, numbers in
                    json.list(numbers) { json, number in
                        json.object { $0.member("n", number) }
                    }
                }
                json.name("last")
                json.null()
            }
        }

        #expect(text == #"{"empty":{},"none":[],"pairs":[[{"n":1},{"n":2}],[],[{"n":3}]],"last":null}"#)
    }

    @Test("every kind of value is written, and nil as null")
    func values() {
        let text = written { json in
            json.object { json in
                json.member("text", "a")
                json.member("noText", nil as String?)
                json.member("number", Int64.min)
                json.member("noNumber", nil as Int?)
                json.member("yes", true)
                json.member("no", false)
                json.member("unknown", nil as Bool?)
                json.member("amount", WideAmount(tenThousandths: -15))
                json.member("noAmount", nil as WideAmount?)
                json.member("percentage", Percentage(hundredths: 3334))
                json.member("noPercentage", nil as Percentage?)
            }
        }

        #expect(
            text == #"{"text":"a","noText":null,"number":-9223372036854775808,"noNumber":null,"yes":true,"no":false,"#
                + #""unknown":null,"amount":-0.0015,"noAmount":null,"percentage":33.34,"noPercentage":null}"#)
    }

    @Test(
        "an amount is its exact decimal, never a binary float",
        arguments: [
            (0, "0"), (1, "0.0001"), (-1, "-0.0001"), (10_000, "1"), (115_000, "11.5"), (-30_000, "-3"),
            (1_000, "0.1"), (3_000, "0.3"), (999_999_999_999_999, "99999999999.9999"), (1_005_000, "100.5"),
            (100_000_000_000_000, "10000000000"), (Int128(Int64.max) * 366, "337575416548884794.5362"),
        ] as [(Int128, String)])
    func amounts(tenThousandths: Int128, expected: String) {
        #expect(written { $0.amount(WideAmount(tenThousandths: tenThousandths)) } == expected)
    }

    @Test(
        "a text is escaped where JSON wants it and nowhere else",
        arguments: [
            ("", #""""#), ("a", #""a""#), ("\"", #""\"""#), ("\\", #""\\""#), ("a\"b\\c", #""a\"b\\c""#),
            ("\n\r\t", #""\n\r\t""#), ("\u{0}\u{1}\u{8}\u{C}\u{1F}", #""\u0000\u0001\u0008\u000c\u001f""#),
            ("/<>&'", #""/<>&'""#), ("\u{7F}é😀\u{2028}\u{FFFF}", "\"\u{7F}é😀\u{2028}\u{FFFF}\""), ("x\n", #""x\n""#),
            ("\nx", #""\nx""#),
        ])
    func texts(text: String, expected: String) {
        #expect(written { $0.string(text) } == expected)
    }

    @Test("whatever text is written, a reader gets it back")
    func roundTrip() throws {
        for scalar in (0...0x2FF).compactMap(Unicode.Scalar.init) {
            let text = "a\(scalar)b"
            let json = written { json in json.object { $0.member(text, text) } }

            let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
            #expect(object == [text: text], "U+\(String(scalar.value, radix: 16))")
        }
    }

    @Test("what must be escaped is found wherever it stands in a text, and nothing else is escaped")
    func escapes() {
        func written(_ text: String) -> String {
            var json = JSONWriter()
            json.string(text)
            return String(decoding: json.bytes, as: UTF8.self)
        }
        let plain = "abcdefgh !#[]~\u{7F}é日😀xyz0123456789"
        #expect(written(plain) == "\"\(plain)\"")
        for length in 0..<20 {
            let before = String(repeating: "a", count: length)
            for (character, escaped) in [("\"", #"\""#), ("\\", #"\\"#), ("\n", #"\n"#), ("\u{1F}", #"\u001f"#)] {
                #expect(written(before + character + "bc") == "\"\(before)\(escaped)bc\"", "\(length)")
            }
        }
    }
}
