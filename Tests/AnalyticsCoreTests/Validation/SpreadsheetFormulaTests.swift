import AnalyticsCore
import Testing

@Suite struct SpreadsheetFormulaTests {
    @Test(
        "a text that a spreadsheet would run as a formula needs an apostrophe, in full-width characters, too",
        arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "'=1", "''＝1"])
    func formulas(text: String) {
        #expect(SpreadsheetFormula.needsApostrophe(text))
        #expect(Array(SpreadsheetFormula.withoutApostrophe(Array("'\(text)".utf8)[...])) == Array(text.utf8))
    }

    @Test(
        "any other text stays as it is", arguments: ["", "'", "Books", "1+1", "'tis", " =1", "ｱ=1", "\u{FF1C}1", "日本"])
    func texts(text: String) {
        #expect(!SpreadsheetFormula.needsApostrophe(text))
        #expect(Array(SpreadsheetFormula.withoutApostrophe(Array(text.utf8)[...])) == Array(text.utf8))
    }
}
