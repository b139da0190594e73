import CPangoCairo

/// A paragraph that was broken into lines and measured, and can be drawn.
final class TextBlock {
    /// The width of its longest line in points.
    let width: Double
    /// The height of its lines in points.
    let height: Double
    /// Whether words had to be left out.
    let isEllipsized: Bool
    /// How many lines it has.
    let lineCount: Int
    private let layout: Handle
    private let ink: Ink

    /// What is tried in turn for each character.
    private static let fonts = "Noto Sans,DejaVu Sans,sans-serif"

    /// Sets a text.
    ///
    /// Lines break between words, or inside one that is longer than a line. What does not fit in the lines is replaced
    /// by an ellipsis.
    ///
    /// - Parameters:
    ///   - text: One paragraph; line breaks count as spaces.
    ///   - width: The width of the lines in points.
    ///   - lines: How many there may be.
    /// - Throws: ``RenderError`` where there is no memory.
    init(_ text: String, _ style: TextStyle, width: Double, lines: Int = 1, on canvas: Canvas) throws {
        let layout = try Handle(pango_cairo_create_layout(canvas.cairo), "a text") {
            g_object_unref(UnsafeMutableRawPointer($0))
        }
        let text = PlainText.line(text)
        let pointer = layout.pointer
        Self.prepare(pango_layout_get_context(pointer))
        Self.setFont(of: pointer, style)
        text.withCString { pango_layout_set_text(pointer, $0, -1) }
        pango_layout_set_width(pointer, Self.units(max(width, 1)))
        pango_layout_set_wrap(pointer, PANGO_WRAP_WORD_CHAR)
        pango_layout_set_ellipsize(pointer, PANGO_ELLIPSIZE_END)
        pango_layout_set_height(pointer, -Int32(clamping: max(lines, 1)))
        // Pango turns left and right about in a paragraph that is read from the right; here all begin at the left, so
        // that a column keeps its edge.
        let isFromRight = pango_layout_get_direction(pointer, 0) == PANGO_DIRECTION_RTL
        pango_layout_set_alignment(pointer, style.isTrailing == isFromRight ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT)
        var extents = PangoRectangle()
        pango_layout_get_extents(pointer, nil, &extents)
        self.width = Double(extents.width) / Double(PANGO_SCALE)
        height = Double(extents.height) / Double(PANGO_SCALE)
        isEllipsized = pango_layout_is_ellipsized(pointer) != 0
        lineCount = Int(pango_layout_get_line_count(pointer))
        self.layout = layout
        ink = style.ink
    }

    /// Sets a text in one line, in smaller type where it would not fit, for figures, of which no digit may be missing.
    ///
    /// - Parameter smallest: The smallest type in points; a text that does not fit in it gets more lines.
    static func fitting(
        _ text: String, _ style: TextStyle, width: Double, smallest: Double = 6, on canvas: Canvas
    ) throws -> TextBlock {
        var style = style
        var block = try TextBlock(text, style, width: width, on: canvas)
        while block.isEllipsized, style.size > smallest {
            style.size = max(smallest, style.size * 0.92)
            block = try TextBlock(text, style, width: width, on: canvas)
        }
        return block.isEllipsized ? try TextBlock(text, style, width: width, lines: 6, on: canvas) : block
    }

    /// Draws it with its upper left corner at a point.
    func draw(on canvas: Canvas, x: Double, y: Double) {
        canvas.use(ink)
        cairo_move_to(canvas.cairo, x, y)
        pango_cairo_show_layout(canvas.cairo, layout.pointer)
    }

    /// Makes measures independent of a screen and of the language that the process runs in.
    private static func prepare(_ context: OpaquePointer?) {
        guard let context else { return }
        pango_context_set_language(context, pango_language_from_string("en"))
        pango_context_set_round_glyph_positions(context, 0)
        guard let options = cairo_font_options_create() else { return }
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        pango_cairo_context_set_font_options(context, options)
        cairo_font_options_destroy(options)
    }

    private static func setFont(of layout: OpaquePointer, _ style: TextStyle) {
        guard let font = pango_font_description_new() else { return }
        pango_font_description_set_family(font, fonts)
        pango_font_description_set_weight(font, style.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_font_description_set_absolute_size(font, style.size * Double(PANGO_SCALE))
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
    }

    private static func units(_ points: Double) -> Int32 {
        Int32(clamping: Int((points * Double(PANGO_SCALE)).rounded(.down)))
    }
}
