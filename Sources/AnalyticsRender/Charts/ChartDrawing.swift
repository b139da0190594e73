/// An SVG picture in the making: what is drawn, in order, and the text that stands for it.
struct ChartDrawing {
    /// What the ids of the picture begin with.
    let id: String
    /// Pixels.
    let width: Double
    /// Pixels.
    let height: Double
    /// What the colours are for.
    let theme: ChartTheme

    private var elements: [String] = []
    /// Attributes of the whole that a page's script reads.
    private var data = ""

    /// Where a text stands relative to its point.
    enum Anchor: String {
        case start, middle, end
    }

    /// An empty picture.
    init(id: String, width: Double, height: Double, theme: ChartTheme) {
        self.id = id
        self.width = width
        self.height = height
        self.theme = theme
    }

    /// Says something of the whole to the script of a page, nothing in other pictures.
    mutating func note(_ name: String, _ value: String) {
        if theme == .page { data += " data-\(name)=\"\(value)\"" }
    }

    /// Adds an element as it is.
    mutating func add(_ element: String) {
        elements.append(element)
    }

    /// Adds a text whose baseline begins, has its middle or ends at a point.
    mutating func add(
        _ text: ChartText, x: Double, y: Double, size: Double = 12, anchor: Anchor = .start, isBold: Bool = false,
        ink: ChartInk = .muted
    ) {
        let place = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        let weight = isBold ? " font-weight=\"600\"" : ""
        add(
            "<text x=\"\(x.coordinate)\" y=\"\(y.coordinate)\" font-size=\"\(size.coordinate)\"\(weight)\(place)"
                + "\(ink.attributes("fill", in: theme))>\(text.escaped)</text>")
    }

    /// Adds a horizontal line of one pixel.
    mutating func addRule(from left: Double, to right: Double, y: Double, ink: ChartInk) {
        add(
            "<path d=\"M\(left.coordinate),\(y.coordinate)H\(right.coordinate)\" shape-rendering=\"crispEdges\""
                + "\(ink.attributes("stroke", in: theme))/>")
    }

    /// Adds a line along a path.
    mutating func addLine(_ path: String, width: Double, isDashed: Bool = false, ink: ChartInk) {
        guard !path.isEmpty else { return }
        let dashes = isDashed ? " stroke-dasharray=\"4 4\"" : " stroke-linecap=\"round\""
        add(
            "<path d=\"\(path)\" fill=\"none\" stroke-width=\"\(width.coordinate)\" stroke-linejoin=\"round\"\(dashes)"
                + "\(ink.attributes("stroke", in: theme))/>")
    }

    /// Adds a filled path.
    mutating func addShape(_ path: String, opacity: Double, ink: ChartInk) {
        guard !path.isEmpty else { return }
        let opacity = opacity < 1 ? " fill-opacity=\"\(opacity.coordinate)\"" : ""
        add("<path d=\"\(path)\"\(opacity)\(ink.attributes("fill", in: theme))/>")
    }

    /// Adds a filled dot.
    mutating func addDot(x: Double, y: Double, radius: Double, ink: ChartInk) {
        add(
            "<circle cx=\"\(x.coordinate)\" cy=\"\(y.coordinate)\" r=\"\(radius.coordinate)\""
                + "\(ink.attributes("fill", in: theme))/>")
    }

    /// Adds a path that is filled with the colour of the data, the fainter the closer to a line.
    ///
    /// - Parameters:
    ///   - path: What is filled.
    ///   - top: Where the fill begins.
    ///   - base: The line where it fades out, from above and from below.
    ///   - bottom: Where it ends.
    mutating func addFade(_ path: String, top: Double, base: Double, bottom: Double) {
        guard !path.isEmpty, bottom > top else { return }
        let ink = ChartInk.data.attributes("stop-color", in: theme)
        let middle = min(max((base - top) / (bottom - top), 0), 1)
        let longest = max(middle, 1 - middle)
        let stops = [(0, middle), (middle, 0.0), (1, 1 - middle)].map { offset, distance in
            let opacity = 0.02 + 0.2 * distance / longest
            return "<stop offset=\"\(offset.coordinate)\"\(ink) stop-opacity=\"\(opacity.coordinate)\"/>"
        }
        add(
            "<linearGradient id=\"\(id)-fill\" gradientUnits=\"userSpaceOnUse\" x1=\"0\" x2=\"0\""
                + " y1=\"\(top.coordinate)\" y2=\"\(bottom.coordinate)\">\(stops.joined())</linearGradient>")
        add("<path d=\"\(path)\" fill=\"url(#\(id)-fill)\"/>")
    }

    /// The whole picture.
    ///
    /// - Parameters:
    ///   - title: Its name, for those who do not see it.
    ///   - description: What there is to see.
    func document(title: String, description: String) -> String {
        let (width, height) = (width.coordinate, height.coordinate)
        let style = theme == .automatic ? ["<style>\(ChartInk.automaticStyle)</style>"] : []
        let head = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\""
                + " viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-labelledby=\"\(id)-title \(id)-desc\""
                + " font-family=\"system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif\" font-variant=\"tabular-nums\"\(data)>",
            "<title id=\"\(id)-title\">\(ChartText(title).escaped)</title>",
            "<desc id=\"\(id)-desc\">\(ChartText(description).escaped)</desc>",
        ]
        return (head + style + elements + ["</svg>", ""]).joined(separator: "\n")
    }
}
