/// What a colour of a chart is for.
///
/// Words reach a contrast of 4.5:1 and lines one of 3:1 on the ground they are meant for; the grid steps back on purpose.
enum ChartInk: String, CaseIterable {
    /// What is behind everything, in a chart that has a ground.
    case ground
    /// Titles and totals.
    case text
    /// Labels of the axes and what explains.
    case muted
    /// The lines behind the data.
    case grid
    /// The line of zero.
    case zero
    /// The data.
    case data
    /// The period before.
    case previous

    /// The colour on a light page.
    var light: String {
        switch self {
        case .ground: "#FFFFFF"
        case .text: "#1A2130"
        case .muted: "#5B6575"
        case .grid: "#E4E7EC"
        case .zero: "#A3ABB8"
        case .data: "#0072B2"
        case .previous: "#7A8494"
        }
    }

    /// The colour on a dark page.
    var dark: String {
        switch self {
        case .ground: "#12161D"
        case .text: "#E8EBF0"
        case .muted: "#A0A9B8"
        case .grid: "#2A313C"
        case .zero: "#5D6776"
        case .data: "#56B4E9"
        case .previous: "#8B95A5"
        }
    }

    /// The class of what has this colour in a chart whose theme is automatic; a page may set its `color`.
    var className: String { "chart-\(rawValue)" }

    /// The rules by which an automatic chart becomes dark.
    static let automaticStyle =
        "@media (prefers-color-scheme:dark){"
        + allCases.map { ".\($0.className){color:\($0.dark)}" }.joined() + "}"

    /// Attributes that give one or more properties this colour, each with a space before it.
    ///
    /// - Parameter properties: Such as `fill` or `stroke`.
    func attributes(_ properties: String..., in theme: ChartTheme) -> String {
        switch theme {
        case .light: properties.map { " \($0)=\"\(light)\"" }.joined()
        case .dark: properties.map { " \($0)=\"\(dark)\"" }.joined()
        case .automatic, .page:
            " class=\"\(className)\" color=\"\(light)\"" + properties.map { " \($0)=\"currentColor\"" }.joined()
        }
    }
}
