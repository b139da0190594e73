import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer of JSON.
    static func json(
        _ json: JSONWriter, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }

    /// An answer that wraps one thing: `{"data": …}`.
    static func data(
        _ view: some JSONView, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var json = JSONWriter()
        json.object { json in
            json.name("data")
            view.write(to: &json)
        }
        return .json(json, status: status, headers: headers)
    }

    /// An answer that only says that something was done: `{"message": …}`.
    static func message(_ text: String) -> Response {
        var json = JSONWriter()
        json.object { $0.member("message", text) }
        return .json(json)
    }
}
