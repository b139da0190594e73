/// The passwords that are tried first by whoever guesses.
///
/// The list and where it is from stand in `Resources/common-passwords.txt`, made by `Scripts/common-passwords`.
enum CommonPasswords {
    private static let all: Set<String> = {
        let text = String(decoding: PackageResources.common_passwords_txt, as: UTF8.self)
        return Set(text.split(separator: "\n").filter { !$0.hasPrefix("# ") }.map(String.init))
    }()

    /// Whether a password is among them, in whatever case its letters are.
    static func contain(_ password: String) -> Bool { all.contains(password.lowercased()) }
}
