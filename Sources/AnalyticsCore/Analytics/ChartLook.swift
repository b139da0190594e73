/// How a chart of one metric is drawn as a picture.
public struct ChartLook: Sendable, Hashable {
    /// How the values are drawn.
    public enum Form: String, Sendable, CaseIterable {
        case area, bars
    }

    /// What ground a picture is for.
    public enum Theme: String, Sendable, CaseIterable {
        case light, dark
        /// As whoever looks at it has it.
        case auto
    }

    /// How the values are drawn.
    public var form: Form
    /// What ground it is for.
    public var theme: Theme
    /// How wide it is, in pixels.
    public var width: Int
    /// How high it is, in pixels.
    public var height: Int
    /// Whether the period before is drawn, too.
    public var comparesPrevious: Bool

    /// How wide a picture may be, in pixels.
    public static let widths = 240...2_000
    /// How high a picture may be, in pixels.
    public static let heights = 160...1_200

    /// A look of the given parts.
    public init(
        form: Form = .area, theme: Theme = .auto, width: Int = 720, height: Int = 300, comparesPrevious: Bool = true
    ) {
        self.form = form
        self.theme = theme
        self.width = width
        self.height = height
        self.comparesPrevious = comparesPrevious
    }

    /// Where the fields of a look come from: a query or a body.
    public typealias Fields = (StaticString) -> FieldInput

    /// The look that was asked for, nil where there is a fault, which is noted.
    ///
    /// - Parameter fields: `form`, `theme`, `width`, `height` and `previous`, each of which may be missing.
    public init?(_ fields: Fields, rules: inout FieldRules) {
        let standard = ChartLook()
        let form = rules.choice(fields("form"), "form", default: standard.form)
        let theme = rules.choice(fields("theme"), "theme", default: standard.theme)
        let faults = rules.issues.count
        let width = rules.integer(fields("width"), "width", in: Self.widths)
        let height = rules.integer(fields("height"), "height", in: Self.heights)
        let comparesPrevious = rules.boolean(fields("previous"), "previous")
        guard let form, let theme, rules.issues.count == faults else { return nil }
        self.init(
            form: form, theme: theme, width: width ?? standard.width, height: height ?? standard.height,
            comparesPrevious: comparesPrevious ?? standard.comparesPrevious)
    }
}
