import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An SVG picture as a parser of XML sees it.
final class SVGCheck: NSObject, XMLParserDelegate {
    /// An element.
    struct Element {
        let name: String
        let attributes: [String: String]
        var text = ""
    }

    /// All elements in the order in which they begin.
    private(set) var elements: [Element] = []
    /// Whether it is well-formed.
    private(set) var isWellFormed = false
    private var open: [Int] = []

    init(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        isWellFormed = parser.parse()
    }

    /// The elements of a name.
    func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    /// What the texts say, in order.
    var texts: [String] { all("text").map(\.text) }

    /// What is read to those who do not see it.
    var summary: String { all("desc").first?.text ?? "" }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(elements.count)
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        guard let last = open.last else { return }
        elements[last].text += text
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }
}
