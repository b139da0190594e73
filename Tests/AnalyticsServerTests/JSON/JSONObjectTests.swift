import AnalyticsCore
import Testing

@testable import AnalyticsServer

@Suite struct JSONObjectTests {
    /// What a member holds, as text that tells the kinds apart.
    private func shown(_ json: String) throws -> String {
        switch try JSONObject(parsing: Array(json.utf8))["a"] {
        case .missing: "missing"
        case .text(let bytes): "text:" + String(decoding: bytes, as: UTF8.self)
        case .unprintable: "unprintable"
        case .number(let bytes): "number:" + String(decoding: bytes, as: UTF8.self)
        case .boolean(let value): "boolean:\(value)"
        case .nested: "nested"
        }
    }

    @Test(
        "a member is read as what it is",
        arguments: [
            (#"{}"#, "missing"), (#"{"b":1}"#, "missing"), (#"{"a":null}"#, "missing"), (#"{"a":""}"#, "missing"),
            (#"{"a":" \t\n "}"#, "missing"), (#"{"A":1}"#, "missing"), (#"{"a ":1}"#, "missing"),
            (#"{"a":1}"#, "number:1"), (#"{"a": -1.50e+3 }"#, "number:-1.50e+3"), (#"{"a":1e999}"#, "number:1e999"),
            (#"{"a":true}"#, "boolean:true"), (#"{"a":false}"#, "boolean:false"), (#"{"a":[1]}"#, "nested"),
            (#"{"a":{"a":1}}"#, "nested"), (#"{"b":{"a":1}}"#, "missing"), (#"{"b":[{"a":1}]}"#, "missing"),
            (#"{"a":" x "}"#, "text:x"), (#"{"a":"1"}"#, "text:1"), (#"{"\u0061":1}"#, "number:1"),
            (#"{"a":"\"\\\/\b\f\n\r\tz"}"#, "text:\"\\/\u{8}\u{C}\n\r\tz"), (#"{"a":"x\u00e9\u00E9"}"#, "text:xéé"),
            (#"{"a":"\ud83d\ude00"}"#, "text:😀"), (#"{"a":"\uD83D\uDE00!"}"#, "text:😀!"), (#"{"a":"😀"}"#, "text:😀"),
            (#"{"a":"\uffff\ue000"}"#, "text:\u{FFFF}\u{E000}"), (#"{"a":"\u0041\u0042"}"#, "text:AB"),
        ])
    func members(json: String, expected: String) throws {
        #expect(try shown(json) == expected)
    }

    @Test(
        "a text with U+0000 or half of a surrogate pair cannot be printed",
        arguments: [
            #"{"a":"\u0000"}"#, #"{"a":"x\u0000y"}"#, #"{"a":"\ud800"}"#, #"{"a":"\udc00"}"#, #"{"a":"x\ud83dy"}"#,
            #"{"a":"\ud83d\ud83d"}"#, #"{"a":"\ude00\ud83d"}"#, #"{"a":"\ud83d\n"}"#, #"{"a":"\ud83d\u0041"}"#,
            #"{"a":"\ud800\ud83d\ude00"}"#, #"{"a":"\udbff"}"#, #"{"a":"\udfff"}"#,
        ])
    func unprintable(json: String) throws {
        #expect(try shown(json) == "unprintable")
    }

    @Test("of members with the same name the last counts, even if it is null")
    func duplicates() throws {
        #expect(try shown(#"{"a":1,"b":5,"a":2}"#) == "number:2")
        #expect(try shown(#"{"a":1,"a":null}"#) == "missing")
        #expect(try shown(#"{"a":null,"\u0061":"x"}"#) == "text:x")
    }

    @Test("what is JSON but no object has no members", arguments: ["null", "1", "true", #""a""#, "[]", #"[{"a":1}]"#])
    func otherValues(json: String) throws {
        #expect(try shown(json) == "missing")
    }

    @Test("a text is there untrimmed for those who need it")
    func untrimmed() throws {
        let body = try JSONObject(
            parsing: Array(
                #"{"a":"  x\t","b":5,"c":"\ud800","d":"","e":null,"f":["x"],"g":"\u00a0","h":"a\u0000"}"#.utf8))

        #expect(body.untrimmedText("a") == "  x\t")
        #expect(body.untrimmedText("d") == "")
        #expect(body.untrimmedText("g") == "\u{A0}")
        #expect(body.untrimmedText("b") == nil)
        #expect(body.untrimmedText("c") == nil)
        #expect(body.untrimmedText("e") == nil)
        #expect(body.untrimmedText("f") == nil)
        #expect(body.untrimmedText("h") == nil)
        #expect(body.untrimmedText("missing") == nil)
    }

    @Test("a hundred thousand members are read, and the last of them found")
    func manyMembers() throws {
        let members = (0..<100_000).map { "\"a\":\($0)" }.joined(separator: ",")

        #expect(try shown("{\(members)}") == "number:99999")
    }
}
