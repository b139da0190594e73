import Testing

@testable import AnalyticsRender

@Suite struct ChartTextTests {
    @Test(
        "what has a meaning in XML is escaped and what XML forbids is left out",
        arguments: [
            ("A & B", "A &amp; B"), ("<script>", "&lt;script&gt;"), ("\"'", "&quot;&#39;"),
            ("a\u{0}b\u{8}c\u{1F}d\u{FFFE}\u{FFFF}", "abcd"), ("a\tb\r\nc", "a b  c"), ("Größe 👟", "Größe 👟"),
            ("", ""),
        ])
    func escaping(text: String, escaped: String) {
        #expect(ChartText(text).escaped == escaped)
    }

    @Test("a text that is too long ends in an ellipsis and fits")
    func fitting() {
        let text = ChartText("Revenue of all the shops we have ever had")

        let fitted = text.fitted(to: 120, size: 12)

        #expect(fitted.characters.hasPrefix("Revenue of") && fitted.characters.hasSuffix("…"))
        #expect(fitted.width(size: 12) <= 120)
        #expect(text.fitted(to: 1000, size: 12).characters == text.characters)
        #expect(text.fitted(to: 0, size: 12).characters == "…")
    }

    @Test(
        "coordinates have at most two decimals",
        arguments: [
            (0, "0"), (1.005, "1"), (12.5, "12.5"), (12.05, "12.05"), (-0.25, "-0.25"), (-0.001, "0"), (99.999, "100"),
            (.nan, "0"), (.infinity, "0"), (1e300, "0"),
        ] as [(Double, String)])
    func coordinates(number: Double, text: String) {
        #expect(number.coordinate == text)
    }
}
