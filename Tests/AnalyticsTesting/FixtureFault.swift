/// Why what a test needs could not be made.
///
/// It is thrown and ends one test; a trap would end all of them.
public struct FixtureFault: Error, CustomStringConvertible {
    /// The reason, for the test's report.
    public let description: String

    /// A fault of that description.
    public init(_ description: String) {
        self.description = description
    }

    /// The value.
    ///
    /// - Throws: A fault of that description where there is none.
    static func unwrap<Value>(_ value: Value?, _ description: @autoclosure () -> String) throws -> Value {
        guard let value else { throw FixtureFault(description()) }
        return value
    }
}
