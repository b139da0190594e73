import AnalyticsServer
import Testing

@Suite struct PasswordHasherTests {
    @Test("a hash is in PHC form with a salt of its own")
    func form() async throws {
        let passwords = PasswordHasher(cost: .negligible)

        let first = try await passwords.hash("correct horse")
        let second = try await passwords.hash("correct horse")

        let form = /\$scrypt\$ln=4,r=1,p=1\$[A-Za-z0-9+\/]{22}\$[A-Za-z0-9+\/]{43}/
        #expect(first.wholeMatch(of: form) != nil, "\(first)")
        #expect(second.wholeMatch(of: form) != nil, "\(second)")
        #expect(first != second)
        #expect(!first.contains("horse"))
    }

    @Test("the right password is told from every other")
    func verifying() async throws {
        let passwords = PasswordHasher(cost: .negligible)
        let hash = try await passwords.hash("pässword 😀")

        #expect(try await passwords.verify("pässword 😀", against: hash))
        for wrong in ["", "pässword", "pässword 😀 ", "Pässword 😀", "pa\u{308}ssword 😀"] {
            #expect(try await !passwords.verify(wrong, against: hash), "\(wrong)")
        }
    }

    @Test("a hash of RFC 7914's third test vector is verified, whatever new ones cost")
    func testVector() async throws {
        let hash = "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI"
        let passwords = PasswordHasher(cost: .negligible)

        #expect(try await passwords.verify("password", against: hash))
        #expect(try await !passwords.verify("Password", against: hash))
    }

    @Test("without a hash, and with one that is none, no password is right")
    func noHash() async throws {
        let passwords = PasswordHasher(cost: .negligible)
        let hashes = [
            nil, "", "correct horse", "$scrypt$", "$scrypt$ln=4,r=1,p=1$$", "$scrypt$ln=4,r=1$AA$AA",
            "$scrypt$ln=99,r=1,p=1$AA$AA", "$scrypt$ln=4,r=1,p=1$AA$AA", "$scrypt$ln=4,r=1,p=1$!$AA",
            "$argon2id$ln=4,r=1,p=1$AA$AA",
        ]
        for hash in hashes {
            for password in ["", "correct horse"] {
                #expect(try await !passwords.verify(password, against: hash), "\(hash ?? "nil")")
            }
        }
    }

    @Test("a cost is read as it is written, and any other text is refused")
    func costs() throws {
        #expect(PasswordHasher.Cost("ln=14,r=8,p=5") == .standard)
        #expect(PasswordHasher.Cost("ln=4,r=1,p=1") == .negligible)
        #expect(PasswordHasher.Cost.negligible.hashPrefix == "$scrypt$ln=4,r=1,p=1$")
        for text in [
            "", "4", "ln=4", "ln=4,r=1", "r=1,ln=4,p=1", "ln=4,r=1,p=1,", "ln=0,r=1,p=1", "ln=25,r=1,p=1",
            "ln=+4,r=1,p=1", "ln=04,r=1,p=1", "ln=24,r=64,p=1", "ln=4,r=1,p=65",
        ] {
            #expect(PasswordHasher.Cost(text) == nil, "\(text)")
        }
    }

    @Test("the standard cost is 16 MiB five times over")
    func standardCost() async throws {
        let passwords = PasswordHasher()
        let hash = try await passwords.hash("correct horse")

        #expect(hash.hasPrefix("$scrypt$ln=14,r=8,p=5$"))
        #expect(try await passwords.verify("correct horse", against: hash))
    }
}
