/// Something that is made for the first who asks, and shared with all who ask later.
actor MadeOnce<Value: Sendable> {
    private var task: Task<Value, any Error>?

    /// The value, made by the closure of the first caller; where that failed, all are told why.
    func value(_ make: @escaping @Sendable () async throws -> Value) async throws -> Value {
        if let task { return try await task.value }
        // A task of its own: the time of the test that came first may be up.
        let task = Task { try await make() }
        self.task = task
        return try await task.value
    }
}
