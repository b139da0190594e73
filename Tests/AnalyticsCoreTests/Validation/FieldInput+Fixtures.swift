import AnalyticsCore

extension FieldInput {
    /// A text as a client sent it, with the white space around it.
    static func sent(_ text: String) -> FieldInput {
        FieldInput(trimming: Array(text.utf8)[...])
    }

    /// A number as a client sent it.
    static func numeral(_ text: String) -> FieldInput {
        .number(Array(text.utf8)[...])
    }
}
