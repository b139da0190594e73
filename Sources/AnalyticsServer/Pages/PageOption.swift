/// One of the things that a `<select>` or a group of checkboxes offers.
struct PageOption: Sendable {
    /// What is sent.
    let value: String
    let label: String
    let isSelected: Bool
}

/// One of several addresses to choose: a period, a figure, a tab.
struct PageChoice: Sendable {
    let label: String
    let path: String
    let isCurrent: Bool
}

extension String {
    /// The text with a capital letter at its begin: how a word of the API begins a sentence.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
