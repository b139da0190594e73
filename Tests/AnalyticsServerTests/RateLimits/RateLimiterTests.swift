import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsServer

@Suite struct RateLimiterTests {
    @Test("a window begins with the first hit and ends a minute later, to the millisecond")
    func window() {
        let limiter = RateLimiter<Int>(limit: 2)
        func hit(_ milliseconds: Int64) -> Quota {
            limiter.hit(1, now: Instant(milliseconds: 1_000_000 + milliseconds))
        }

        #expect([hit(0), hit(1), hit(59_999)].map(\.isExceeded) == [false, false, true])
        let next = hit(60_000)
        #expect(!next.isExceeded)
        #expect(next.remaining == 1)
    }

    @Test("what is left to wait is rounded up")
    func waiting() {
        let limiter = RateLimiter<Int>(limit: 1)
        _ = limiter.hit(1, now: Instant(milliseconds: 500))

        let quota = limiter.hit(1, now: Instant(milliseconds: 1_499))

        #expect(quota.secondsToWait == 60)
        #expect(quota.reset == 61)
    }

    @Test("a look counts nothing, and says whether another hit would be one too many")
    func peek() {
        let limiter = RateLimiter<Int>(limit: 1)
        let before = [limiter.peek(1, now: .t0), limiter.peek(1, now: .t0)]
        _ = limiter.hit(1, now: .t0)

        let after = limiter.peek(1, now: .t0)

        #expect(before.allSatisfy { !$0.isExceeded && $0.remaining == 1 })
        #expect(after.isExceeded)
        #expect(after.secondsToWait == 60)
        #expect(!limiter.peek(1, now: .t0.advanced(bySeconds: 60)).isExceeded)
    }

    @Test("a clock that is set back begins a new window instead of a longer one")
    func backwards() {
        let limiter = RateLimiter<Int>(limit: 1)
        _ = limiter.hit(1, now: Instant(milliseconds: 1_000_000))

        let quota = limiter.hit(1, now: Instant(milliseconds: 400_000))

        #expect(!quota.isExceeded)
        #expect(quota.secondsToWait == 60)
    }

    @Test("a flood of subjects takes bounded memory and does not free one that keeps coming")
    func flood() {
        let limiter = RateLimiter<Int>(limit: 3, capacity: 1_000)
        for stranger in 1...100_000 {
            let quota = limiter.hit(stranger, now: .t0)
            #expect(!quota.isExceeded)
            if stranger.isMultiple(of: 100) { _ = limiter.hit(0, now: .t0) }
        }

        #expect(limiter.hit(0, now: .t0).isExceeded)
        #expect(limiter.count <= 1_001)
    }
}

@Suite struct NetworkAddressTests {
    @Test(
        "an address is read and written as people do",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8:0:0::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"), ("::1", "::1"),
        ])
    func description(text: String, expected: String) {
        #expect(NetworkAddress(text)?.description == expected)
    }

    @Test("what is no address is nil", arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "host", ":::", "1.2.3.4/8"])
    func none(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(
        "a network has the addresses that begin like it",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
            ("2001:db8::/127", "2001:db8::1", true), ("2001:db8::/127", "2001:db8::2", false),
            ("::/0", "1.2.3.4", true),
        ])
    func contains(network: String, address: String, isInside: Bool) throws {
        #expect(try #require(Network(network)).contains(try #require(NetworkAddress(address))) == isInside)
    }

    @Test(
        "what is no network is nil",
        arguments: ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "x/8", "1.2.3.4/"])
    func noNetwork(text: String) {
        #expect(Network(text) == nil)
    }

    @Test("addresses of version 6 count by their network of 64 bits")
    func subscriber() throws {
        let one = try #require(NetworkAddress("2001:db8:1:2::1")).subscriber
        #expect(one == NetworkAddress("2001:db8:1:2:ffff::9")?.subscriber)
        #expect(one != NetworkAddress("2001:db8:1:3::1")?.subscriber)
        #expect(NetworkAddress("192.0.2.1")?.subscriber != NetworkAddress("192.0.2.2")?.subscriber)
    }

    @Test("addresses of version 6 have a site of 48 bits")
    func site() throws {
        let one = try #require(NetworkAddress("2001:db8:1:2::1")).site
        #expect(one?.description == "2001:db8:1::")
        #expect(one == NetworkAddress("2001:db8:1:ffff::9")?.site)
        #expect(one != NetworkAddress("2001:db8:2:2::1")?.site)
        #expect(NetworkAddress("192.0.2.1")?.site == nil)
    }

    @Test(
        "the client is the last hop that is not trusted",
        arguments: [
            ("203.0.113.9", "192.0.2.1", "203.0.113.9"), ("10.0.0.1", nil, "10.0.0.1"),
            ("10.0.0.1", "192.0.2.1", "192.0.2.1"), ("10.0.0.1", "6.6.6.6, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
            ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"), ("10.0.0.1", "192.0.2.1, nonsense", "10.0.0.1"),
            ("10.0.0.1", "192.0.2.1:4711", "192.0.2.1"), ("10.0.0.1", " [2001:db8::1]:443 ", "2001:db8::1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] as [(String, String?, String)])
    func proxies(peer: String, forwardedFor: String?, client: String) throws {
        let proxies = TrustedProxies([try #require(Network("10.0.0.0/8"))])

        let found = proxies.client(peer: try #require(NetworkAddress(peer)), forwardedFor: forwardedFor)

        #expect(found.description == client)
    }
}
