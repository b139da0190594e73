import AnalyticsCore
import CPangoCairo

/// The pages of a PDF document, on which one draws from the first to the last.
///
/// Lengths are in points (1/72 inch), from the upper left corner. A canvas belongs to one thread; any number of threads
/// may each have one, because pango keeps a font map for every thread.
final class Canvas {
    /// What a document says about itself.
    struct Metadata {
        var title: String
        var author: String
        var subject: String
        var createdAt: Instant
    }

    /// The bytes that were written so far.
    private final class Output {
        var bytes: [UInt8] = []
    }

    /// The cairo context.
    var cairo: OpaquePointer { context.pointer }
    private let surface: Handle
    private let context: Handle
    private let output: Output

    /// An empty document.
    ///
    /// - Throws: ``RenderError`` where there is no memory.
    init(width: Double, height: Double) throws {
        let output = Output()
        let retained = Unmanaged.passRetained(output)
        let created = cairo_pdf_surface_create_for_stream(
            { closure, data, length in
                guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
                let output = Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue()
                output.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
                return CAIRO_STATUS_SUCCESS
            }, retained.toOpaque(), width, height)
        guard let created else {
            retained.release()
            throw RenderError("no memory for a document")
        }
        let surface = try Handle(created, "a document") { surface in
            // Behind this cairo writes nothing more, whoever else still holds the surface.
            cairo_surface_finish(surface)
            cairo_surface_destroy(surface)
            retained.release()
        }
        let context = try Handle(cairo_create(surface.pointer), "a document", release: cairo_destroy)
        self.output = output
        self.surface = surface
        self.context = context
        try check()
    }

    /// Writes what the document says about itself, which is best done before the first page.
    func describe(_ metadata: Metadata) {
        let created = metadata.createdAt.description.prefix(19) + "Z"
        set(CAIRO_PDF_METADATA_TITLE, metadata.title)
        set(CAIRO_PDF_METADATA_AUTHOR, metadata.author)
        set(CAIRO_PDF_METADATA_SUBJECT, metadata.subject)
        set(CAIRO_PDF_METADATA_CREATOR, "AnalyticsPro")
        set(CAIRO_PDF_METADATA_CREATE_DATE, String(created))
        set(CAIRO_PDF_METADATA_MOD_DATE, String(created))
    }

    private func set(_ field: cairo_pdf_metadata_t, _ text: String) {
        cairo_pdf_surface_set_metadata(surface.pointer, field, PlainText.line(text))
    }

    /// Adds an entry to the document's table of contents.
    ///
    /// - Parameters:
    ///   - page: The page, from 1.
    ///   - y: How far down that page it is.
    func addOutline(_ title: String, page: Int, y: Double) {
        cairo_pdf_surface_add_outline(
            surface.pointer, CAIRO_PDF_OUTLINE_ROOT, PlainText.line(title), "page=\(page) pos=[0 \(Int(y))]",
            CAIRO_PDF_OUTLINE_FLAG_BOLD)
    }

    /// Ends a page and begins the next.
    func showPage() {
        cairo_show_page(cairo)
    }

    /// Ends the document.
    ///
    /// - Returns: The file.
    /// - Throws: ``RenderError`` where something went wrong since the beginning.
    func finish() throws -> [UInt8] {
        try check()
        cairo_surface_finish(surface.pointer)
        try check()
        return output.bytes
    }

    private func check() throws {
        for status in [cairo_status(cairo), cairo_surface_status(surface.pointer)] where status != CAIRO_STATUS_SUCCESS
        {
            throw RenderError(String(cString: cairo_status_to_string(status)))
        }
    }
}

// MARK: - Drawing

extension Canvas {
    /// Draws in that colour from now on.
    func use(_ ink: Ink) {
        cairo_set_source_rgb(cairo, ink.red, ink.green, ink.blue)
    }

    /// Draws a level line.
    func rule(x: Double, y: Double, width: Double, ink: Ink = .hairline, thickness: Double = 0.75) {
        use(ink)
        cairo_set_line_width(cairo, thickness)
        cairo_move_to(cairo, x, y)
        cairo_line_to(cairo, x + width, y)
        cairo_stroke(cairo)
    }

    /// Fills a rectangle.
    func fill(_ frame: Frame, radius: Double = 0, ink: Ink) {
        use(ink)
        outline(frame, radius: radius)
        cairo_fill(cairo)
    }

    /// Draws a rectangle's border.
    func stroke(_ frame: Frame, radius: Double, ink: Ink) {
        use(ink)
        cairo_set_line_width(cairo, 0.75)
        outline(frame, radius: radius)
        cairo_stroke(cairo)
    }

    private func outline(_ frame: Frame, radius: Double) {
        let (left, top) = (frame.x + radius, frame.y + radius)
        let (right, bottom) = (frame.x + frame.width - radius, frame.y + frame.height - radius)
        cairo_new_sub_path(cairo)
        cairo_arc(cairo, right, top, radius, -.pi / 2, 0)
        cairo_arc(cairo, right, bottom, radius, 0, .pi / 2)
        cairo_arc(cairo, left, bottom, radius, .pi / 2, .pi)
        cairo_arc(cairo, left, top, radius, .pi, .pi * 1.5)
        cairo_close_path(cairo)
    }
}
