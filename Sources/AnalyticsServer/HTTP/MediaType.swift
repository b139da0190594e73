/// What a Content-Type says.
enum MediaType {
    /// Whether it is `application/json`, with or without parameters.
    static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        if contentType == "application/json" { return true }
        return essence(of: contentType) == "application/json"
    }

    /// The type without its parameters, in small letters; nil where there is none.
    static func essence(of contentType: String?) -> String? {
        guard let contentType else { return nil }
        return contentType.prefix { $0 != ";" }.trimmingPrefix { $0 == " " }.lowercased().split(separator: " ").first
            .map(String.init)
    }
}
