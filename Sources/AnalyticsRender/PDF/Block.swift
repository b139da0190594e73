/// A piece of a document that is never divided between pages, of known height.
struct Block {
    /// Draws it with its upper left corner at a point.
    typealias Drawing = (_ canvas: Canvas, _ x: Double, _ y: Double) throws -> Void

    /// Its height in points.
    var height: Double
    /// The white before it in points, left out at the top of a page.
    var spaceBefore = 0.0
    /// Whether it must not be the last of a page.
    var keepsWithNext = false
    /// The heading of the table that it is a row of, which is drawn before the first row of each page.
    var tableHeading: TableHeading?
    /// What the document's table of contents calls it; nil where it is not named there.
    var outline: String?
    /// Draws it.
    var draw: Drawing

    /// A paragraph.
    static func text(_ text: TextBlock, spaceBefore: Double = 0) -> Block {
        Block(height: text.height, spaceBefore: spaceBefore) { canvas, x, y in text.draw(on: canvas, x: x, y: y) }
    }

    /// Blocks below each other as one, without white before the first; rows with the heading of their table.
    static func stack(_ blocks: [Block]) -> Block {
        var height = 0.0
        var pieces: [(y: Double, draw: Drawing)] = []
        var heading: TableHeading?
        for block in blocks {
            if height > 0 { height += block.spaceBefore }
            if let next = block.tableHeading, next !== heading {
                pieces.append((height, next.draw))
                height += next.height
            }
            heading = block.tableHeading
            pieces.append((height, block.draw))
            height += block.height
        }
        return Block(height: height) { canvas, x, y in
            for piece in pieces { try piece.draw(canvas, x, y + piece.y) }
        }
    }

    /// Blocks beside each other as one, each in the middle of the height.
    ///
    /// - Parameter columns: Each with its distance from the left edge.
    static func beside(_ columns: [(x: Double, block: Block)], isCentered: Bool = false) -> Block {
        let height = columns.map(\.block.height).max() ?? 0
        return Block(height: height) { canvas, x, y in
            for column in columns {
                let top = isCentered ? (height - column.block.height) / 2 : 0
                try column.block.draw(canvas, x + column.x, y + top)
            }
        }
    }
}

/// The heading of a table, the same object for all of its rows.
final class TableHeading {
    let height: Double
    let draw: Block.Drawing

    init(height: Double, draw: @escaping Block.Drawing) {
        self.height = height
        self.draw = draw
    }
}
