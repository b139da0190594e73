/// A value that is made on first use and shared.
actor MadeOnce<Value: Sendable> {
    private var task: Task<Value, any Error>?

    /// The value, made by the closure of the first caller.
    ///
    /// Where that throws, the next caller tries again.
    func value(_ make: @escaping @Sendable () async throws -> Value) async throws -> Value {
        if let task { return try await task.value }
        // A task of its own: the time of the test that came first may be up.
        let task = Task { try await make() }
        self.task = task
        do {
            return try await task.value
        } catch {
            self.task = nil
            throw error
        }
    }
}
