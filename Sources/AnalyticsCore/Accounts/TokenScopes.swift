/// What a token may be used for: everything its user may do, or only some of it.
public enum TokenScopes: Sendable, Equatable {
    /// `*`
    case all
    /// The named permissions.
    case only(Set<Permission>)

    /// The scopes of the given names, of which each is `*` or a permission; nil where one is neither or there is none.
    ///
    /// `*` stands for every permission, whatever else is named beside it.
    public init?(names: [String]) {
        let permissions = names.filter { $0 != "*" }.map(Permission.init(rawValue:))
        guard !names.isEmpty, !permissions.contains(nil) else { return nil }
        self = names.contains("*") ? .all : .only(Set(permissions.compactMap(\.self)))
    }

    /// `*`, or the permissions in the order of ``Permission``.
    public var names: [String] {
        switch self {
        case .all: ["*"]
        case .only(let permissions): Permission.allCases.filter(permissions.contains).map(\.rawValue)
        }
    }

    /// Whether the token may be used for it.
    public func allow(_ permission: Permission) -> Bool {
        switch self {
        case .all: true
        case .only(let permissions): permissions.contains(permission)
        }
    }
}
