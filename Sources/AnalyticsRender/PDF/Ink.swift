/// A colour of a page, each part from 0 to 1.
struct Ink: Sendable, Equatable {
    let red: Double
    let green: Double
    let blue: Double

    // The same as in charts, which stand beside.
    static let text = Ink(css: ChartInk.text.light)
    static let muted = Ink(css: ChartInk.muted.light)
    static let hairline = Ink(css: ChartInk.grid.light)
    static let accent = Ink(css: ChartInk.data.light)
    static let good = Ink(0x15_80_3D)
    static let bad = Ink(0xB9_1C_1C)
    static let warning = Ink(0xB4_53_09)

    /// The colour that is written `#rrggbb` elsewhere.
    init(_ rgb: UInt32) {
        red = Double(rgb >> 16 & 0xFF) / 255
        green = Double(rgb >> 8 & 0xFF) / 255
        blue = Double(rgb & 0xFF) / 255
    }

    /// The colour of a text of the form `#rrggbb`, or grey for any other text.
    init(css text: String) {
        let digits = text.dropFirst()
        guard text.hasPrefix("#"), digits.utf8.count == 6, let rgb = UInt32(digits, radix: 16) else {
            self.init(0x80_80_80)
            return
        }
        self.init(rgb)
    }
}
