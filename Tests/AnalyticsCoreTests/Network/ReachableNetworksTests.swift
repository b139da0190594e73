import AnalyticsCore
import Testing

@Suite struct ReachableNetworksTests {
    @Test(
        "addresses of the public internet are reached",
        arguments: [
            "1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450:4001::1",
            "::ffff:1.1.1.1", "64:ff9b::101:101",
        ])
    func reached(text: String) throws {
        let address = try #require(NetworkAddress(text))

        #expect(ReachableNetworks().contains(address))
    }

    @Test(
        "private, local and reserved addresses are not, in whatever form",
        arguments: [
            "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255",
            "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7",
            "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1",
            "fe80::1", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
            "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001::1",
            "2001:db8::1", "2002:7f00:1::", "3fff::1", "100::1", "4000::1",
        ])
    func notReached(text: String) throws {
        let address = try #require(NetworkAddress(text))

        #expect(!ReachableNetworks().contains(address))
    }

    @Test("what the operator allows is reached, and nothing beside it")
    func allowed() throws {
        let networks = ReachableNetworks(allowed: try ["10.1.0.0/16", "::1"].map { try #require(Network($0)) })

        let reached = try ["10.1.2.3", "::ffff:10.1.2.3", "::1", "10.2.0.1", "127.0.0.1"].map { text in
            networks.contains(try #require(NetworkAddress(text)))
        }

        #expect(reached == [true, true, true, false, false])
    }
}
