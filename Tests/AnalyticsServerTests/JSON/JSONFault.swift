@testable import AnalyticsServer

/// Where and why a text is not JSON; nil where it is.
func jsonFault(_ bytes: [UInt8]) -> JSONScanner.Malformed? {
    do {
        _ = try JSONObject(parsing: bytes)
        return nil
    } catch {
        return error
    }
}

/// Where and why a text is not JSON; nil where it is.
func jsonFault(_ text: String) -> JSONScanner.Malformed? {
    jsonFault(Array(text.utf8))
}
