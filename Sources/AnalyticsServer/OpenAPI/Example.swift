/// Parts of examples that many operations have.
enum Example {
    /// A list that has one page.
    static func page(_ items: [JSONValue], path: String, size: Int64 = 20) -> JSONValue {
        let url = "http://127.0.0.1:8080/api/v1/\(path)"
        return [
            "data": .list(items),
            "links": ["first": "\(url)?page=1", "last": "\(url)?page=1", "prev": nil, "next": nil],
            "meta": [
                "current_page": 1, "from": 1, "to": .integer(Int64(items.count)), "last_page": 1,
                "per_page": .integer(size), "total": .integer(Int64(items.count)), "path": .string(url),
                "next_cursor": nil,
            ],
        ]
    }
}
