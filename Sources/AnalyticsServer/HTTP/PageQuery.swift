import AnalyticsCore
import AnalyticsStore
import Foundation

/// Which part of a list a query asks for.
struct PageQuery {
    /// Where it begins.
    enum Position: Equatable {
        /// The page of that number, from 1.
        case page(Int)
        /// Right behind what the cursor names.
        case cursor(Cursor)
    }

    let position: Position
    /// How many things there are on a page.
    let size: Int

    /// The most things that a page can have; who asks for more gets this many.
    static let largestSize = 100

    /// Notes in the rules what is wrong with `page`, `per_page` and `cursor`.
    ///
    /// A cursor comes before a page.
    init(_ query: QueryString, defaultSize: Int, rules: inout FieldRules) {
        size = min(rules.integer(query["per_page"], "per_page", atLeast: 1) ?? defaultSize, Self.largestSize)
        let page = rules.integer(query["page"], "page", atLeast: 1) ?? 1
        position = rules.cursor(query["cursor"], "cursor").map { .cursor($0) } ?? .page(page)
    }

    /// The part right behind a cursor, or the first where there is none.
    init(behind cursor: Cursor?, size: Int) {
        self.size = size
        position = cursor.map { .cursor($0) } ?? .page(1)
    }

    /// How many things come before the page, at most what an integer holds.
    var offset: Int {
        guard case .page(let number) = position else { return 0 }
        let (product, overflow) = (number - 1).multipliedReportingOverflow(by: size)
        return overflow ? .max : product
    }
}

extension PageQuery {
    /// The part of a list whose ids fall from one thing to the next.
    var slice: ListSlice {
        switch position {
        case .page: ListSlice(.offset(offset), limit: size)
        case .cursor(let cursor): ListSlice(.below(cursor.id), limit: size)
        }
    }
}

/// A place in a list that stays where it is when things are added before it.
struct Cursor: Equatable {
    /// The id of the last thing before it.
    let id: Int64

    init(id: Int64) {
        self.id = id
    }

    /// Nil for what ``text`` never makes.
    init?(text: some Collection<UInt8>) {
        let standard = String(decoding: text, as: UTF8.self).replacing("-", with: "+").replacing("_", with: "/")
        guard standard.utf8.count == 11, let data = Data(base64Encoded: standard + "="), data.count == 8 else {
            return nil
        }
        id = data.reduce(0) { $0 << 8 | Int64($1) }
        // Of several spellings of one number only that of ``text`` is a cursor.
        guard id > 0, self.text.utf8.elementsEqual(text) else { return nil }
    }

    /// Eleven of A–Z, a–z, 0–9, `-` and `_`.
    var text: String {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: id >> (56 - 8 * Int64($0))) }
        return Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension FieldRules {
    /// What a list is narrowed down to, or nil where it is not.
    mutating func filter<Choice: RawRepresentable<String> & CaseIterable>(
        _ input: FieldInput, _ field: String
    ) -> Choice? {
        if case .missing = input { return nil }
        return choice(input, field)
    }

    /// Behind what a list goes on, or nil where it begins at its first thing.
    mutating func cursor(_ input: FieldInput, _ field: String) -> Cursor? {
        switch input {
        case .missing:
            return nil
        case .text(let bytes):
            if let cursor = Cursor(text: bytes) { return cursor }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        refuse(field, .unknown, "The selected \(Self.spoken(field)) is invalid.")
        return nil
    }
}
