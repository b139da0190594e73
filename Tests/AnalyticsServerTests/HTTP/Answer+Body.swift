import AnalyticsTesting
import Foundation
import HTTPTypes

extension Answer {
    /// The body with `ID` for the request's id and `TOKEN` for a token's secret, which no test can know.
    var body: String {
        text.replacing(/"request_id":"[0-9a-f]{17,32}"/, with: #""request_id":"ID""#)
            .replacing(/"token":"[1-9][0-9]*\|[A-Za-z0-9]{40}[0-9a-f]{8}"/, with: #""token":"TOKEN""#)
    }

    /// The names of the body's members, sorted.
    var members: [String] {
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return object?.keys.sorted() ?? []
    }
}

/// The body of an error that names no fields.
func refusal(_ message: String, _ code: String) -> String {
    #"{"message":"\#(message)","code":"\#(code)","request_id":"ID"}"#
}

/// The body that says which permission is missing.
func forbidden(_ permission: String) -> String {
    #"{"message":"This action is unauthorized.","code":"forbidden","required":"\#(permission)","request_id":"ID"}"#
}

/// The body that names a single fault of a single field.
func fault(_ field: String, _ message: String) -> String {
    #"{"message":"\#(message)","code":"validation_failed","errors":{"\#(field)":["\#(message)"]},"request_id":"ID"}"#
}

let unauthenticated = refusal("Unauthenticated.", "unauthenticated")
