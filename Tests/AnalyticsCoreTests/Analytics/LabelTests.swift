import AnalyticsCore
import Testing

@Suite struct LabelTests {
    @Test("two spellings of the same letter are two labels")
    func canonicalEquivalence() {
        let composed = Label("Caf\u{E9}")
        let decomposed = Label("Cafe\u{301}")

        #expect(composed.text == decomposed.text)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect([composed: 1, decomposed: 2][decomposed] == 2)
    }

    @Test("labels of the same bytes are one")
    func equality() {
        #expect(Label("Caf\u{E9}") == Label("Caf" + "\u{E9}"))
        #expect(Set([Label("a"), Label("a"), Label("A")]).count == 2)
        #expect(Label("a") != Label("a "))
    }

    @Test("labels are ordered by their bytes, as the databases order them")
    func order() {
        let labels = ["\u{1D11E}", "b", "\u{FF41}", "a", "\u{E9}", "Z", "e\u{301}", "ab", "A", "10", "9", "z"]

        let sorted = labels.map(Label.init).sorted()

        #expect(
            sorted
                == ["10", "9", "A", "Z", "a", "ab", "b", "e\u{301}", "z", "\u{E9}", "\u{FF41}", "\u{1D11E}"]
                .map(Label.init))
    }

    @Test("neither spelling of a letter is both less and not less than the other")
    func strictOrder() {
        #expect(Label("e\u{301}") < Label("\u{E9}"))
        #expect(!(Label("\u{E9}") < Label("e\u{301}")))
        #expect(!(Label("\u{E9}") < Label("\u{E9}")))
    }
}
