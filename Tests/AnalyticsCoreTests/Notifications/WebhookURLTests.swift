import AnalyticsCore
import Testing

@Suite struct WebhookURLTests {
    @Test(
        "a URL of http or https with a host is one",
        arguments: [
            ("https://example.com/hook?a=1", "example.com", "https://example.com"),
            ("HTTP://Example.COM:8080", "Example.COM", "http://Example.COM"),
            ("http://[2606:4700::1]:80/x", "2606:4700::1", "http://[2606:4700::1]"),
            ("http://127.0.0.1:9/", "127.0.0.1", "http://127.0.0.1"),
            ("https://a_b.internal", "a_b.internal", "https://a_b.internal"),
        ])
    func good(text: String, host: String, origin: String) throws {
        let url = try WebhookURL(text)

        #expect(url.host == host)
        #expect(url.origin == origin)
        #expect(url.text == text)
    }

    @Test(
        "anything else is not, with its reason",
        arguments: [
            ("example.com/hook", WebhookURL.Fault.notAURL), ("ftp://example.com", .notAURL), ("https://", .notAURL),
            ("https:///path", .notAURL), ("http://exa mple.com", .notAURL), ("http://exämple.com", .notAURL),
            ("http://example.com:0", .notAURL), ("http://example.com:70000", .notAURL),
            ("http://example.com:", .notAURL), ("http://exam%70le.com", .notAURL),
            ("http://[fe80::1%25eth0]/", .notAURL),
            ("http://a\\b@example.com", .notAURL), ("http://example.com\r\nHost: x", .notAURL),
            ("javascript:alert(1)", .notAURL), ("http+unix://%2Ftmp%2Fx", .notAURL), ("unix:///tmp/x", .notAURL),
            ("https://ada:secret@example.com", .credentials), ("https://ada@example.com", .credentials),
            ("http://127.0.0.1@example.com/", .credentials), ("https://example.com/#top", .fragment),
            ("https://example.com/" + String(repeating: "a", count: 2_048), .tooLong),
        ])
    func bad(text: String, fault: WebhookURL.Fault) {
        #expect(throws: fault) { try WebhookURL(text) }
    }
}
