import AnalyticsCore
import HTTPTypes
import Mustache

/// The reference as a page for people, made of the same document.
struct ReferencePage {
    /// The page.
    let html: String

    init(document: APIDocument) {
        let source = String(decoding: PackageResources.reference_html, as: UTF8.self)
        // The template is part of the program; a fault in it shows in the first test that starts a server.
        guard let template = try? MustacheTemplate(string: source) else {
            fatalError("the template of the reference is no template")
        }
        let groups: [[String: Any]] = Operation.Group.allCases.map { group in
            [
                "name": group.rawValue,
                "operations": document.entries.filter { $0.operation.group == group }.map(Self.context),
            ]
        }
        html = template.render(["groups": groups, "version": APIDocument.version] as [String: Any])
    }

    private static func context(_ entry: APIDocument.Entry) -> [String: Any] {
        let operation = entry.operation
        var context: [String: Any] = [
            "anchor": operation.id, "method": entry.route.method.rawValue, "path": entry.route.path,
            "summary": operation.summary, "description": Self.pieces(of: operation.description),
            "hasDescription": !operation.description.isEmpty,
            "access": access(of: entry), "limit": limit(of: entry),
            "parameters": entry.parameters.map { parameter -> [String: Any] in
                [
                    "name": parameter.name, "place": parameter.place.rawValue, "type": type(of: parameter.schema),
                    "description": pieces(of: parameter.description),
                ]
            },
            "hasParameters": !entry.parameters.isEmpty,
            "curl": curl(entry), "status": entry.operation.status.code,
            "reason": entry.operation.status.reasonPhrase, "answer": operation.answer.example.indented(),
            "refusals": entry.refusals.map {
                ["status": $0.status.code, "reason": pieces(of: $0.reason)] as [String: Any]
            },
            "hasRefusals": !entry.refusals.isEmpty,
        ]
        if let body = operation.body { context["body"] = ["fields": fields(of: body.schema)] }
        return context
    }

    /// A text in pieces: what stands between backticks is code.
    private static func pieces(of text: String) -> [[String: Any]] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, piece in
            ["isCode": !index.isMultiple(of: 2), "text": String(piece)]
        }
    }

    private static func access(of entry: APIDocument.Entry) -> String {
        if let permission = entry.permission { return "Needs \(permission.rawValue)" }
        if entry.needsEveryScope { return "Needs a token with the scope *" }
        return entry.needsToken ? "Needs a token" : "Public"
    }

    private static func limit(of entry: APIDocument.Entry) -> String {
        switch entry.route.limit {
        case .auth: "Counts as auth"
        case .pages: "Counts as a page"
        case .ingest: "Counts as ingest"
        case .other: "Counts as other"
        case nil: "No limit"
        }
    }

    private static func fields(of schema: JSONValue) -> [[String: Any]] {
        let required = Set(schema["required"]?.elements.compactMap(\.text) ?? [])
        return (schema["properties"]?.members ?? []).map { member in
            [
                "name": member.name, "type": type(of: member.value),
                "necessity": required.contains(member.name) ? "required" : "optional",
            ]
        }
    }

    /// A request that can be pasted into a terminal.
    private static func curl(_ entry: APIDocument.Entry) -> String {
        var path = entry.route.path.replacing("{metric}", with: "revenue").replacing("{id}", with: "1")
        if entry.operation.isConditional { path += "?period=7" }
        var lines = ["curl -s http://127.0.0.1:8080\(path)"]
        if entry.route.method != .get { lines[0] += " -X \(entry.route.method.rawValue)" }
        if entry.needsToken { lines.append("-H \"Authorization: Bearer $TOKEN\"") }
        if let body = entry.operation.body {
            lines.append("-H 'Content-Type: application/json'")
            lines.append("-d '\(body.example.indented(by: 2, width: 52))'")
        } else if let text = entry.operation.textBodies.first {
            lines.append("-H 'Content-Type: \(text.mediaType)'")
            lines.append("--data-binary $'\(text.example.replacing("\n", with: "\\n"))'")
        }
        return lines.joined(separator: " \\\n  ")
    }

    /// What a schema accepts, in a few words.
    private static func type(of schema: JSONValue) -> String {
        if case .list(let choices) = schema["anyOf"] {
            let types = choices.map(type(of:)).filter { $0 != "null" }
            return types.first.map { first in
                types.count > 1 && types[1] == "text" && first != "text" && first == "number"
                    ? "number, also as text" : first
            } ?? "anything"
        }
        if case .list(let values) = schema["enum"] {
            let texts = values.map { $0.text ?? String(decoding: JSONWriter.written($0), as: UTF8.self) }
            if texts.isEmpty { return "text" }
            return texts.count > 12 ? "text, such as \(texts[0])" : texts.joined(separator: ", ")
        }
        switch schema["type"]?.text {
        case "string":
            switch schema["format"]?.text {
            case "date": return "date, as 2026-11-23"
            case "date-time": return "instant, as 2026-11-23T10:00:00Z"
            default: return "text"
            }
        case "array": return "list of " + (schema["items"].map(type(of:)) ?? "anything")
        case "integer": return "whole number"
        case let name?: return name
        case nil: return "anything"
        }
    }
}
