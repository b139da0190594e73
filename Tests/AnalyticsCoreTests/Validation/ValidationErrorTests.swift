import AnalyticsCore
import Testing

@Suite struct ValidationErrorTests {
    @Test(
        "the summary is the first text and the number of the others",
        arguments: [
            (1, "The value field is required."), (2, "The value field is required. (and 1 more error)"),
            (3, "The value field is required. (and 2 more errors)"),
            (101, "The value field is required. (and 100 more errors)"),
            (0, "The given data was invalid."),
        ])
    func summary(count: Int, text: String) {
        let issues = (0..<count).map { index in
            ValidationError.Issue(
                field: "records.\(index).value", code: .required,
                message: index == 0 ? "The value field is required." : "Something else.")
        }

        #expect(ValidationError(issues: issues).summary == text)
    }

    @Test("a single fault is a list of one")
    func singleFault() {
        let error = ValidationError(field: "page", code: .integer, message: "The page field must be an integer.")

        #expect(
            error.issues == [.init(field: "page", code: .integer, message: "The page field must be an integer.")])
    }
}
