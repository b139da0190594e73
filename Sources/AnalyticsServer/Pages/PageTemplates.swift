import Mustache

/// The templates of the pages, read once at the start.
struct PageTemplates: Sendable {
    /// Those of the program, read once.
    static let shared = PageTemplates(PageResources.templates)

    private let library: MustacheLibrary

    /// - Parameter files: Texts by name.
    init(_ files: [String: [UInt8]]) {
        // The templates are part of the program; a fault in one shows in the first test that starts a server.
        var templates: [String: MustacheTemplate] = [:]
        for (name, bytes) in files {
            do {
                templates[name] = try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self))
            } catch {
                fatalError("the template \(name) is no template: \(error)")
            }
        }
        library = MustacheLibrary(templates: templates)
    }

    /// A template with values in it.
    func render(_ name: String, _ values: Any) -> String {
        guard let text = library.render(values, withTemplate: name) else { fatalError("there is no template \(name)") }
        return text
    }
}
