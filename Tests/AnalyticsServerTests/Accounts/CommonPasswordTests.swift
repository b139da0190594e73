import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct CommonPasswordTests {
    @Test(
        "a common password is refused, also in capitals and with digits and signs at its ends",
        arguments: [
            "password", "Password1", "password123", "PASSWORD!!", "2026password", "qwerty123", "welcome123", "admin123",
            "test1234", "letmein123", "p@ssw0rd", "P@ssw0rd!", "12345678", "1q2w3e4r", "trustno1", "iloveyou1",
            "!@#$%^&*", "11111111", "...dragon...",
        ])
    func common(password: String) {
        #expect(CommonPasswords.contain(password))
    }

    @Test(
        "what is not common is none",
        arguments: [
            "correct horse", "correct horse battery", "a longer staple", "a third staple", "xK9#mQ2$vL",
            "parole dragon",
            "über-geheim", "", "abc", "123",
        ])
    func uncommon(password: String) {
        #expect(!CommonPasswords.contain(password))
    }

    @Test("the list has 3,000 passwords and more that have eight letters")
    func count() {
        let text = String(decoding: PackageResources.common_passwords_txt, as: UTF8.self)
        let words = text.split(separator: "\n").filter { !$0.hasPrefix("# ") }

        #expect(words.filter { $0.filter(\.isLetter).count >= 8 }.count >= 3_000)
        #expect(Set(words).count == words.count)
    }

    @Test("a password that is a word known of its user is refused, and one that has more is not")
    func words() throws {
        let words = PasswordWords(
            name: "Ada Lovelace-King", email: EmailAddress(trusted: "ada.byron@mathematics.example"),
            workspace: "Acme & Sons 24")

        for password in [
            "analyticspro", "AnalyticsPro1!", "1lovelace1", "adalovelaceking", "Ada Lovelace-King", "byron2026",
            "MATHEMATICS", "ada.byron@mathematics.example", "adabyron1", "acme2026", "acme & sons 24", "AcmeSons",
        ] {
            #expect(words.contain(password), "\(password)")
        }
        for password in ["ada12345", "lovelace and more", "acme horse", "sonsofanarchy", "24", ""] {
            #expect(!words.contain(password), "\(password)")
        }
    }

    @Test("who registers, joins, changes or resets a password is told which field and why")
    func routes() async throws {
        let message =
            "The password must not be a word that is known of you: this product's name, your own, your workspace's, or a "
            + "part of your email address. Please choose a different password."
        try await withAPI { api in
            func register(_ password: String, workspace: String = "Acme Rockets", more: String = "") async throws
                -> Answer
            {
                try await api.send(
                    .post, "/api/v1/auth/register",
                    json: """
                        {"name": "Grace Hopper", "email": "amazing@example.com", "password": "\(password)", \
                        "password_confirmation": "\(password)", "workspace": "\(workspace)"\(more)}
                        """)
            }
            let admin = try await api.register()
            for password in ["AnalyticsPro", "GraceHopper", "amazing1", "acmerockets"] {
                #expect(try await register(password).body == fault("password", message), "\(password)")
            }
            _ = try await api.send(.patch, "/api/v1/workspace", token: admin, json: #"{"name": "Quillfeather"}"#)
            let invited = try await api.send(
                .post, "/api/v1/users/invitations", token: admin,
                json: #"{"email": "amazing@example.com", "role": "viewer"}"#)
            let code = try #require(invited["data.code"] as? String)
            let joined = try await register("quillfeather1", more: #", "invitation": "\#(code)""#)
            let changed = try await api.send(
                .patch, "/api/v1/auth/password", token: admin,
                json: """
                    {"current_password": "correct horse", "password": "Quillfeather9", "password_confirmation": "Quillfeather9"}
                    """)

            #expect(joined.body == fault("password", message))
            #expect(changed.body == fault("password", message))
        }
    }
}
