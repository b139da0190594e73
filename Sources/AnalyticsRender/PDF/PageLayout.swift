/// Which block goes on which page and how far down.
struct PageLayout {
    /// A block, or a table's heading, in its place.
    struct Placed {
        /// The distance from the top of the page's content in points.
        let y: Double
        let draw: Block.Drawing
        /// What the table of contents calls it.
        let outline: String?
    }

    /// The pages, at least one.
    private(set) var pages: [[Placed]] = [[]]
    private var used = 0.0
    private var heading: TableHeading?
    private let height: Double

    /// Divides blocks into pages.
    ///
    /// A block that is higher than a page has one of its own, and hangs over.
    ///
    /// - Parameter height: The height of a page's content in points.
    init(_ blocks: [Block], height: Double) {
        self.height = height
        // From the last to the first: how much room a block needs together with those that it must stay with.
        var chains = [Double](repeating: 0, count: blocks.count)
        for index in blocks.indices.reversed() {
            let block = blocks[index]
            let hasNext = block.keepsWithNext && index + 1 < blocks.count
            chains[index] = block.height
            if hasNext {
                let next = blocks[index + 1]
                let heading = next.tableHeading === block.tableHeading ? nil : next.tableHeading
                chains[index] += next.spaceBefore + (heading?.height ?? 0) + chains[index + 1]
            }
        }
        for (block, chain) in zip(blocks, chains) { place(block, needed: chain) }
    }

    private mutating func place(_ block: Block, needed: Double) {
        if used > 0, used + block.spaceBefore + headingHeight(of: block) + needed > height {
            pages.append([])
            used = 0
            heading = nil
        }
        if used > 0 { used += block.spaceBefore }
        if let next = block.tableHeading, next !== heading { add(next.draw, height: next.height, outline: nil) }
        heading = block.tableHeading
        add(block.draw, height: block.height, outline: block.outline)
    }

    private func headingHeight(of block: Block) -> Double {
        guard let next = block.tableHeading, next !== heading else { return 0 }
        return next.height
    }

    private mutating func add(_ draw: @escaping Block.Drawing, height: Double, outline: String?) {
        pages[pages.count - 1].append(Placed(y: used, draw: draw, outline: outline))
        used += height
    }
}
