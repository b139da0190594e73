import AnalyticsCore
import AnalyticsStore

/// The passwords that are tried first by whoever guesses.
///
/// The list and where its facts are from stand in `Resources/common-passwords.txt`, made by `Scripts/common-passwords`.
enum CommonPasswords {
    private static let all: Set<String> = {
        let text = String(decoding: PackageResources.common_passwords_txt, as: UTF8.self)
        return Set(text.split(separator: "\n").filter { !$0.hasPrefix("# ") }.map(String.init))
    }()

    /// Whether a password is among them, in whatever case its letters are, or would be without the digits and signs at its
    /// ends.
    static func contain(_ password: String) -> Bool {
        all.contains(password.lowercased()) || PasswordWords.word(in: password).map(all.contains) ?? false
    }
}

/// Words that whoever guesses a user's password would try because of what is known of the user.
///
/// They are the product's name, that of the workspace and the user's, and the parts of the e-mail address, each with four
/// letters or more.
struct PasswordWords {
    private var words: Set<String> = []

    /// How short a word may be.
    private static let shortest = 4

    /// Those of the product, and of what is known of a user.
    init(name: String? = nil, email: EmailAddress? = nil, workspace: String? = nil) {
        add("AnalyticsPro")
        add("Analytics")
        let local = email.map { String($0.text.prefix { $0 != "@" }) }
        for text in [name, email?.text, local, workspace] { if let text { add(text) } }
    }

    /// Those of the product and of a user.
    init(_ member: Member) {
        self.init(name: member.user.name, email: member.user.email, workspace: member.workspace.name)
    }

    /// Whether a password is nothing but one of them, in whatever case, with digits and signs.
    func contain(_ password: String) -> Bool {
        guard let word = Self.word(in: password) else { return false }
        return words.contains(word) || words.contains(word.filter(\.isLetter))
    }

    /// What is left of a password in lower case without the digits and signs at its ends; nil for less than four letters.
    static func word(in password: String) -> String? {
        let lowered = password.lowercased()
        guard let first = lowered.firstIndex(where: \.isLetter), let last = lowered.lastIndex(where: \.isLetter),
            case let word = lowered[first...last], word.count >= shortest
        else { return nil }
        return String(word)
    }

    /// Adds a text, its words, and the text without what is between them.
    private mutating func add(_ text: String) {
        let lowered = text.lowercased()
        let parts = lowered.split { !$0.isLetter }.map(String.init)
        for word in [lowered, lowered.filter(\.isLetter)] + parts where word.count >= Self.shortest {
            words.insert(word)
        }
    }
}
