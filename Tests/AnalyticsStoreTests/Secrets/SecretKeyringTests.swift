import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct SecretKeyringTests {
    @Test("a sealed text shows nothing of the secret, differs each time and opens again")
    func roundTrip() throws {
        let keyring = SecretKeyring([.init()])

        let first = try keyring.seal("whsec_secret ✓", of: "channel 1/2 secret")
        let second = try keyring.seal("whsec_secret ✓", of: "channel 1/2 secret")

        #expect(first != second)
        #expect(!first.contains("secret ✓"))
        #expect(first.hasPrefix("sealed:\(keyring.keys[0].id):"))
        #expect(try keyring.open(first, of: "channel 1/2 secret") == "whsec_secret ✓")
        #expect(keyring.isCurrent(first))
    }

    @Test("a sealed text opens for its own row alone, with its own key, and unchanged")
    func binding() throws {
        let keyring = SecretKeyring([.init()])
        let sealed = try keyring.seal("secret", of: "channel 1/2 secret")
        let expected = SealedSecret(owner: "channel 1/3 secret", keyID: keyring.keys[0].id)

        #expect(throws: expected) { try keyring.open(sealed, of: "channel 1/3 secret") }
        #expect(throws: SealedSecret.self) { try SecretKeyring([.init()]).open(sealed, of: "channel 1/2 secret") }
        #expect(throws: SealedSecret.self) { try SecretKeyring.empty.open(sealed, of: "channel 1/2 secret") }
        for index in sealed.indices.dropFirst(16) where sealed[index] != "=" {
            var changed = sealed
            changed.replaceSubrange(index...index, with: sealed[index] == "A" ? "B" : "A")
            // The last letter of base64 may hold bits that no byte has.
            guard let opened = try? keyring.open(changed, of: "channel 1/2 secret") else { continue }
            #expect(opened == "secret")
            #expect(index >= sealed.index(sealed.endIndex, offsetBy: -3))
        }
        for text in ["sealed:", "sealed:x", "sealed:\(keyring.keys[0].id):", "sealed:\(keyring.keys[0].id):AAAA"] {
            #expect(throws: SealedSecret.self) { try keyring.open(text, of: "channel 1/2 secret") }
        }
    }

    @Test("a former key opens what it sealed, and the first one seals")
    func formerKeys() throws {
        let (old, new) = (SecretKeyring.Key(), SecretKeyring.Key())
        let sealed = try SecretKeyring([old]).seal("secret", of: "x")
        let both = SecretKeyring([new, old])

        #expect(try both.open(sealed, of: "x") == "secret")
        #expect(!both.isCurrent(sealed))
        #expect(try both.seal("secret", of: "x").hasPrefix("sealed:\(new.id):"))
    }

    @Test("a text from before there was a key is read as it is, and none is kept so where a key is required")
    func plain() throws {
        #expect(try SecretKeyring([.init()]).open("whsec_plain", of: "x") == "whsec_plain")
        #expect(try SecretKeyring.empty.kept("secret", of: "x") == "secret")
        #expect(throws: SealingUnavailable.self) { try SecretKeyring([]).kept("secret", of: "x") }
    }

    @Test("a key is 32 bytes in base64 and nothing else")
    func keys() throws {
        let key = SecretKeyring.Key()

        #expect(SecretKeyring.Key(base64: key.base64) == key)
        for text in ["", "AAAA", key.base64 + "A", String(key.base64.dropLast(2)), "not base64 at all"] {
            #expect(SecretKeyring.Key(base64: text) == nil)
        }
    }
}
