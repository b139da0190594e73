import CPostgres
import Foundation

/// One connection to a server, used by one thread at a time.
///
/// It speaks in libpq's pipeline mode: what is sent together costs one way to the server and back.
final class PostgresSession {
    /// A statement with the values that it is run with.
    struct Command {
        var text: String
        var values: [Parameter] = []
        /// Whether the server keeps its plan, which pays for what is run again and again.
        var isPrepared = true
    }

    /// A value in PostgreSQL's binary form.
    struct Parameter {
        var typeID: UInt32
        /// Nil for NULL.
        var bytes: [UInt8]?

        init(_ value: SQLValue) {
            typeID = value.typeID
            bytes = value == .null ? nil : PostgresBinary.bytes(of: value)
        }

        init(typeID: UInt32, bytes: [UInt8]) {
            self.typeID = typeID
            self.bytes = bytes
        }
    }

    private struct StatementKey: Hashable {
        let text: String
        let types: [UInt32]
    }

    private let connection: OpaquePointer
    private var prepared: [StatementKey: String] = [:]
    private var preparedCount = 0
    /// Whether it must not be used any more.
    private(set) var isBroken = false
    /// Whether it plans statements as writes need them; nil where that is not known.
    private var plansWrites: Bool?
    /// How long the server may keep silent; nil for as long as the connection stands.
    var patience: Duration?

    /// How many statements the server keeps the plans of.
    private static let mostPrepared = 500

    /// Connects.
    ///
    /// - Throws: ``StoreError`` of code `unusable` with the reason on one line.
    init(_ url: PostgresURL) throws {
        let parameters = url.connectionParameters.sorted { $0.key < $1.key }
        let keywords = parameters.map { strdup($0.key) }
        let values = parameters.map { strdup($0.value) }
        defer { for text in keywords + values { free(text) } }
        let connection = PQconnectdbParams(
            keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 0)
        guard let connection else { throw StoreError(.unusable, "there is no memory for a connection") }
        guard PQstatus(connection) == CONNECTION_OK else {
            let reason = PQerrorMessage(connection).map { String(cString: $0).onOneLine } ?? "no reason given"
            PQfinish(connection)
            throw StoreError(.unusable, reason)
        }
        self.connection = connection
        // Notices such as "relation exists already" would go to standard error.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard PQsetnonblocking(connection, 0) == 0, PQenterPipelineMode(connection) == 1 else {
            // The connection is closed with the object, which is complete by now.
            isBroken = true
            throw StoreError(.unusable, lastMessage)
        }
    }

    deinit {
        PQfinish(connection)
    }

    /// The server's version: 150018 is 15.18.
    var serverVersion: Int { Int(PQserverVersion(connection)) }

    /// The file descriptor of the connection, to wait on.
    var socket: Int32 { PQsocket(connection) }

    private var lastMessage: String {
        PQerrorMessage(connection).map { String(cString: $0).onOneLine } ?? "no reason given"
    }

    /// Marks it as of no use.
    func abandon() {
        isBroken = true
    }

    // MARK: - Statements

    /// Sends commands together and waits until all are answered.
    ///
    /// - Returns: The result of each.
    /// - Throws: ``PostgresFailure`` of the first that failed; those behind it were not run.
    func run(_ commands: [Command]) throws -> [PostgresResult] {
        guard !isBroken else { throw PostgresFailure(state: nil, reason: "the connection is closed") }
        var named: [(key: StatementKey, name: String)] = []
        // Whose answers are only that a statement was prepared.
        var preparations: Set<Int> = []
        var sent = 0
        // Sent in parts, because the server answers meanwhile and nobody takes the answers while we send.
        var results: [PostgresResult] = []
        var failure: PostgresFailure?
        for part in commands.chunked(into: 128) {
            let before = sent
            for command in part {
                if command.isPrepared {
                    let key = StatementKey(text: command.text, types: command.values.map(\.typeID))
                    var name = prepared[key] ?? named.first { $0.key == key }?.name
                    if name == nil {
                        preparedCount += 1
                        let new = "s\(preparedCount)"
                        try check(PQsendPrepare(connection, new, key.text, Int32(key.types.count), key.types))
                        preparations.insert(sent)
                        sent += 1
                        named.append((key, new))
                        name = new
                    }
                    try send(command, name: name)
                } else {
                    try send(command, name: nil)
                }
                sent += 1
            }
            try check(PQpipelineSync(connection))
            let (answers, fault) = try receive(sent - before)
            failure = failure ?? fault
            if let failure { throw failure }
            for (index, answer) in answers.enumerated() where !preparations.contains(before + index) {
                results.append(answer)
            }
            for (key, name) in named { prepared[key] = name }
            named = []
        }
        if prepared.count > Self.mostPrepared { try forgetPrepared() }
        return results
    }

    /// Runs one command that is not kept by the server.
    @discardableResult
    func run(_ text: String, _ values: [SQLValue] = []) throws -> PostgresResult? {
        try run([Command(text: text, values: values.map(Parameter.init), isPrepared: false)]).first
    }

    private func forgetPrepared() throws {
        prepared = [:]
        try run("DEALLOCATE ALL")
    }

    private func send(_ command: Command, name: String?) throws {
        let count = Int32(truncatingIfNeeded: command.values.count)
        let lengths = command.values.map { Int32(truncatingIfNeeded: $0.bytes?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: command.values.count)
        let total = command.values.reduce(0) { $0 + ($1.bytes?.count ?? 0) }
        // One piece of memory for all values, each at its offset.
        var storage: [UInt8] = []
        storage.reserveCapacity(total + 1)
        var offsets: [Int?] = []
        for value in command.values {
            offsets.append(value.bytes.map { _ in storage.count })
            if let bytes = value.bytes { storage += bytes }
        }
        storage.append(0)
        let status = storage.withUnsafeBytes { memory in
            let base = memory.bindMemory(to: CChar.self).baseAddress
            let pointers = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } }
            if let name {
                return PQsendQueryPrepared(connection, name, count, pointers, lengths, formats, 1)
            }
            let types = command.values.map(\.typeID)
            return PQsendQueryParams(connection, command.text, count, types, pointers, lengths, formats, 1)
        }
        try check(status)
    }

    private func check(_ status: Int32) throws {
        guard status == 1 else {
            isBroken = true
            throw PostgresFailure(state: nil, reason: lastMessage)
        }
    }

    /// Takes the answers of so many messages and of the point of synchronization behind them.
    private func receive(_ count: Int) throws -> ([PostgresResult], PostgresFailure?) {
        var answers: [PostgresResult] = []
        answers.reserveCapacity(count)
        var failure: PostgresFailure?
        while true {
            guard let answer = try nextResult() else { continue }
            switch answer.status {
            case PGRES_PIPELINE_SYNC:
                return (answers, failure)
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                answers.append(answer)
            case PGRES_PIPELINE_ABORTED:
                break
            default:
                failure = failure ?? answer.failure
                if failure?.isConnectionLoss == true { isBroken = true }
            }
            if PQstatus(connection) != CONNECTION_OK {
                isBroken = true
                throw failure ?? PostgresFailure(state: nil, reason: lastMessage)
            }
        }
    }

    /// The next result, or nil at the end of those of one message.
    private func nextResult() throws -> PostgresResult? {
        while PQisBusy(connection) != 0 { try wait() }
        guard let pointer = PQgetResult(connection) else {
            if PQstatus(connection) != CONNECTION_OK {
                isBroken = true
                throw PostgresFailure(state: nil, reason: lastMessage)
            }
            return nil
        }
        return PostgresResult(pointer)
    }

    /// Waits until something comes from the server.
    private func wait() throws {
        guard try waitForInput(patience) else {
            isBroken = true
            throw PostgresFailure(state: nil, reason: "the server does not answer")
        }
        guard PQconsumeInput(connection) == 1 else {
            isBroken = true
            throw PostgresFailure(state: nil, reason: lastMessage)
        }
    }

    /// Waits until there is something to read.
    ///
    /// - Returns: Whether there is; false when the time is up.
    func waitForInput(_ limit: Duration?) throws -> Bool {
        let start = ContinuousClock.now
        while true {
            // What could not be sent yet.
            let unsent = PQflush(connection)
            guard unsent >= 0 else { break }
            var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            if unsent == 1 { descriptor.events |= Int16(POLLOUT) }
            var milliseconds: Int32 = -1
            if let limit {
                let rest = limit - (ContinuousClock.now - start)
                guard rest > .zero else { return false }
                milliseconds = Int32(clamping: Int64(rest / .milliseconds(1)) + 1)
            }
            let found = poll(&descriptor, 1, milliseconds)
            if found < 0, errno != EINTR { break }
            if found > 0, descriptor.revents & Int16(POLLIN | POLLERR | POLLHUP) != 0 { return true }
        }
        isBroken = true
        throw PostgresFailure(state: nil, reason: lastMessage)
    }

    // MARK: - Plans

    /// What has the session plan its prepared statements for writes or for reads; nothing where it does so already.
    ///
    /// What writes looks for its rows by their keys: one plan does for all values, and planning anew for every array costs
    /// more than running. And it must use the keys. A small table would be read from end to end, and then counts as read in
    /// whole: any two transactions that write to it would be in each other's way.
    ///
    /// It must be run, and before a transaction begins; ``forgetPlanning()`` where that may not have worked.
    func planning(forWrites isForWrites: Bool) -> [Command] {
        guard plansWrites != isForWrites else { return [] }
        plansWrites = isForWrites
        let settings = isForWrites ? ("force_generic_plan", "off") : ("auto", "on")
        return [
            .init(text: "SET plan_cache_mode = \(settings.0)", isPrepared: false),
            .init(text: "SET enable_seqscan = \(settings.1)", isPrepared: false),
        ]
    }

    /// Has the next transaction set how statements are planned, because a rollback may have undone it.
    func forgetPlanning() {
        plansWrites = nil
    }

    // MARK: - COPY

    /// Sends rows in the binary form of `COPY`.
    ///
    /// - Parameter row: Writes the values of the row of that number.
    func copy(_ text: String, columns: Int, rows: Int, row: (Int, any RowWriter) -> Void) throws {
        guard PQexitPipelineMode(connection) == 1 else {
            isBroken = true
            throw PostgresFailure(state: nil, reason: lastMessage)
        }
        defer { if PQenterPipelineMode(connection) != 1 { isBroken = true } }
        try check(PQsendQuery(connection, text))
        try expect(PGRES_COPY_IN)
        let stream = PostgresCopyStream(columns: columns)
        for index in 0..<rows {
            stream.beginRow()
            row(index, stream)
            if stream.bytes.count > 65_536 { try send(stream) }
        }
        stream.end()
        try send(stream)
        try check(PQputCopyEnd(connection, nil))
        try expect(PGRES_COMMAND_OK)
        while try nextResult() != nil {}
    }

    private func send(_ stream: PostgresCopyStream) throws {
        let status = stream.bytes.withUnsafeBytes { memory in
            PQputCopyData(
                connection, memory.bindMemory(to: CChar.self).baseAddress, Int32(truncatingIfNeeded: memory.count))
        }
        try check(status)
        stream.bytes.removeAll(keepingCapacity: true)
    }

    private func expect(_ status: ExecStatusType) throws {
        guard let result = try nextResult() else {
            isBroken = true
            throw PostgresFailure(state: nil, reason: "COPY was not answered")
        }
        guard result.status == status else {
            let failure = result.failure
            if failure.isConnectionLoss { isBroken = true }
            while try nextResult() != nil {}
            throw failure
        }
    }

    // MARK: - Others' business

    /// What can end a statement from another thread.
    func canceller() -> PostgresCanceller? {
        PQgetCancel(connection).map(PostgresCanceller.init)
    }

    /// What other sessions told that this one listens to.
    ///
    /// - Throws: ``PostgresFailure`` where the connection broke.
    func notifications() throws -> [String] {
        guard PQconsumeInput(connection) == 1 else {
            isBroken = true
            throw PostgresFailure(state: nil, reason: lastMessage)
        }
        var payloads: [String] = []
        while let notification = PQnotifies(connection) {
            payloads.append(String(cString: notification.pointee.extra))
            PQfreemem(notification)
        }
        return payloads
    }
}

/// Ends what a session is doing.
final class PostgresCanceller: @unchecked Sendable {
    // Made once, read by whoever cancels, and freed when nobody can any more: libpq allows its use from any thread.
    private let pointer: OpaquePointer

    fileprivate init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(pointer)
    }

    /// Asks the server to end the statement, over a connection of its own.
    func cancel() {
        var reason = [CChar](repeating: 0, count: 256)
        _ = PQcancel(pointer, &reason, Int32(reason.count))
    }
}

extension Array {
    /// The elements in order, so many at a time; one empty part where there are none.
    fileprivate func chunked(into size: Int) -> [ArraySlice<Element>] {
        guard count > size else { return [self[...]] }
        return stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
