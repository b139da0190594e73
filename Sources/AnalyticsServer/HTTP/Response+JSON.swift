import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer of JSON.
    static func json(
        _ json: JSONWriter, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        .json(bytes: json.bytes, status: status, headers: headers)
    }

    /// An answer of JSON that was written already.
    static func json(
        bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// An answer that wraps one thing: `{"data": …}`.
    static func data(
        _ view: some JSONView, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        .json(bytes: JSONWriter.written(DataView(view)), status: status, headers: headers)
    }

    /// An answer that only says that something was done: `{"message": …}`.
    static func message(_ text: String) -> Response {
        var json = JSONWriter()
        json.object { $0.member("message", text) }
        return .json(json)
    }

    /// An answer that says that something was done, and how many tokens ended with it.
    static func message(_ text: String, revoked: Int) -> Response {
        var json = JSONWriter()
        json.object { json in
            json.member("message", text)
            json.member("revoked", revoked)
        }
        return .json(json)
    }
}

/// One thing as the API wraps it: `{"data": …}`.
struct DataView<Content: JSONView>: JSONView {
    private let content: Content

    init(_ content: Content) {
        self.content = content
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.name("data")
            content.write(to: &json)
        }
    }
}
