import AnalyticsCore

/// The ids of categories, both ways: by name and the name by id.
struct CategoryIDs: Sendable {
    private var ids: [CategoryLedger.Name: Int64] = [:]
    private var names: [CategoryLedger.Scope: [Int64: Label]] = [:]

    /// How many there are.
    var count: Int { ids.count }

    /// The id of a category; nil where it is not known.
    subscript(name: CategoryLedger.Name) -> Int64? {
        get { ids[name] }
        set {
            if let former = ids[name] { names[name.scope]?[former] = nil }
            ids[name] = newValue
            if let newValue { names[name.scope, default: [:]][newValue] = name.category }
        }
    }

    /// The name of the category of an id.
    func name(of id: Int64, in scope: CategoryLedger.Scope) -> Label? {
        names[scope]?[id]
    }
}
