/// One of the things that a `<select>` or a group of checkboxes offers.
struct PageOption: Sendable {
    /// What is sent.
    let value: String
    let label: String
    let isSelected: Bool
}

extension String {
    /// The text with a capital letter at its begin: how a word of the API begins a sentence.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
