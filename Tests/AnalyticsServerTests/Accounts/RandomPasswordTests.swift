import Testing

@testable import AnalyticsServer

@Suite struct RandomPasswordTests {
    @Test("a password is four groups of five, without what looks alike, and never the same")
    func form() {
        let passwords = (0..<200).map { _ in RandomPassword.make() }

        for password in passwords {
            #expect(password.wholeMatch(of: /([a-hj-km-np-z2-9]{5}-){3}[a-hj-km-np-z2-9]{5}/) != nil, "\(password)")
        }
        #expect(Set(passwords).count == 200)
        // Of 4,000 characters of chance none of 31 is missing.
        #expect(Set(passwords.joined()).count == 32)
    }
}
