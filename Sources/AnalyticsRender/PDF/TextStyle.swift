/// How a text is set.
struct TextStyle {
    /// The height of the type in points.
    var size: Double
    var isBold = false
    var ink = Ink.text
    /// Whether lines end at the right edge rather than begin at the left one.
    var isTrailing = false

    static let title = TextStyle(size: 22, isBold: true)
    static let section = TextStyle(size: 14, isBold: true)
    static let body = TextStyle(size: 9)
    static let caption = TextStyle(size: 8, ink: .muted)

    /// The same in another colour.
    func ink(_ ink: Ink) -> TextStyle {
        var style = self
        style.ink = ink
        return style
    }
}
