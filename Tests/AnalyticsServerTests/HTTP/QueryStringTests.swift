import AnalyticsCore
import Testing

@testable import AnalyticsServer

@Suite struct QueryStringTests {
    /// What a field holds, as text that tells the kinds apart.
    private func shown(_ input: FieldInput) -> String {
        switch input {
        case .missing: "missing"
        case .text(let bytes): "text:" + String(decoding: bytes, as: UTF8.self)
        case .unprintable: "unprintable"
        case .number: "number"
        case .boolean: "boolean"
        case .nested: "nested"
        }
    }

    @Test(
        "a field is decoded as a form's is",
        arguments: [
            ("", "missing"), ("a", "missing"), ("a=", "missing"), ("a=%20+", "missing"), ("b=1", "missing"),
            ("a=1", "text:1"), ("a=1&a=2", "text:2"), ("b=0&a=1&c=2", "text:1"), ("&&a=1&", "text:1"),
            ("a=x=y", "text:x=y"), ("a=x+y%20z", "text:x y z"), ("a=%2B%26%3D", "text:+&="), ("%61=1", "text:1"),
            ("a=%C3%A9", "text:é"), ("a=é", "text:é"), ("a=%c3%a9", "text:é"), ("a=100%", "text:100%"),
            ("a=%4", "text:%4"), ("a=%zz", "text:%zz"), ("a=%%41", "text:%A"), ("a=%2541", "text:%41"),
            ("a=%00", "unprintable"), ("a=%FF", "unprintable"), ("a=%C3", "unprintable"),
            ("a=%ED%A0%80", "unprintable"), ("A=1", "missing"),
        ])
    func fields(query: String, expected: String) {
        #expect(shown(QueryString(query)["a"]) == expected)
    }

    @Test(
        "a query with fields replaced keeps the others, encoded",
        arguments: [
            ("", "page=2"), ("page=1", "page=2"), ("page=1&page=9&x=1", "x=1&page=2"),
            ("q=a+b%26c&x=%C3%A9", "q=a%20b%26c&x=%C3%A9&page=2"), ("q=a%22%3C%3E%00", "q=a%22%3C%3E%00&page=2"),
            ("flag&cursor=abc", "flag=&page=2"), ("q=-._~AZaz09", "q=-._~AZaz09&page=2"),
        ])
    func replacing(query: String, expected: String) {
        #expect(QueryString(query).replacing([("cursor", nil), ("page", "2")]) == expected)
    }

    @Test("a cursor is eleven characters that make the id again")
    func cursor() {
        #expect(Cursor(id: 2_855_981_453_148_161).text == "AAolgAAAAAE")
        #expect(Cursor(id: .max).text == "f_________8")
        #expect(Cursor(text: "AAolgAAAAAE".utf8) == Cursor(id: 2_855_981_453_148_161))
        #expect(Cursor(text: "f_________8".utf8) == Cursor(id: .max))
    }

    @Test(
        "what no cursor can be is none",
        arguments: [
            "", "A", "AAolgAAAAA", "AAolgAAAAAEE", "AAolgAAAAA=", "AAAAAAAAAAA", "__________8", "AAolg AAAAE", "é",
        ])
    func badCursors(text: String) {
        #expect(Cursor(text: text.utf8) == nil)
    }
}
