import CPangoCairo
import CRSVG

/// A drawing in SVG that is put on a page as lines and text.
struct Picture {
    private let handle: Handle

    /// Reads a drawing.
    ///
    /// - Parameter svg: A document that needs nothing from elsewhere.
    /// - Throws: ``RenderError`` where it is not one.
    init(svg: String) throws {
        var error: UnsafeMutablePointer<GError>?
        let bytes = Array(svg.utf8)
        let pointer = rsvg_handle_new_from_data(bytes, gsize(bytes.count), &error)
        guard let pointer else { throw Self.reason(error) }
        handle = try Handle(OpaquePointer(pointer), "a picture") { g_object_unref(UnsafeMutableRawPointer($0)) }
    }

    /// Draws it as large as fits, in the middle of a frame.
    ///
    /// - Throws: ``RenderError`` where it cannot be drawn.
    func draw(on canvas: Canvas, in frame: Frame) throws {
        var viewport = RsvgRectangle(x: frame.x, y: frame.y, width: frame.width, height: frame.height)
        var error: UnsafeMutablePointer<GError>?
        let isDrawn = rsvg_handle_render_document(.init(handle.pointer), canvas.cairo, &viewport, &error)
        guard isDrawn != 0 else { throw Self.reason(error) }
    }

    private static func reason(_ error: UnsafeMutablePointer<GError>?) -> RenderError {
        guard let error else { return RenderError("a picture could not be drawn") }
        defer { g_error_free(error) }
        guard let message = error.pointee.message else { return RenderError("a picture could not be drawn") }
        return RenderError(String(cString: message))
    }
}
