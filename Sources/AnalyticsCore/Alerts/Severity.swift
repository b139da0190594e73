/// How bad it is when a rule is broken.
public enum Severity: String, Sendable, CaseIterable, Hashable, Codable {
    case critical, warning, info
}
