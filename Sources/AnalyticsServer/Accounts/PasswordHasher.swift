import AnalyticsCore
import CryptoExtras
import Foundation
import NIOPosix

/// Hashes passwords with scrypt (RFC 7914) and checks them, a few at a time and on threads of its own.
///
/// Logins have threads and a queue of their own, so no guesses elsewhere and no registrations delay them. In both queues
/// those who wait take turns, and beyond a bound a request is refused with 503.
public struct PasswordHasher: Sendable {
    /// The subject that waits for a hash, and the queue in which it waits.
    public struct Work: Sendable {
        fileprivate enum Subject: Hashable, Sendable {
            /// Requests without a token, by the network that they come from.
            case network(NetworkAddress?)
            case workspace(Int64)
            case operatorCommand
        }

        /// Whether it waits in the queue of logins.
        let isLogin: Bool
        fileprivate let subject: Subject

        /// A login from an address.
        static func login(from address: NetworkAddress?) -> Work {
            Work(isLogin: true, subject: .network(address.map { $0.site ?? $0 }))
        }

        /// A registration or a new password from an address, without a token.
        static func newPassword(from address: NetworkAddress?) -> Work {
            Work(isLogin: false, subject: .network(address.map { $0.site ?? $0 }))
        }

        /// A change by a member of a workspace.
        static func change(in workspaceID: Int64) -> Work {
            Work(isLogin: false, subject: .workspace(workspaceID))
        }

        /// A command of the operator's.
        public static let operatorCommand = Work(isLogin: false, subject: .operatorCommand)
    }

    /// Some threads, with those who wait for one.
    private struct Lane: Sendable {
        let threads: NIOThreadPool
        let queue: HashingQueue<Work.Subject>

        init(threads count: Int, mostWaiting: Int) {
            threads = NIOThreadPool(numberOfThreads: count)
            threads.start()
            queue = HashingQueue(workers: count, most: mostWaiting)
        }
    }

    /// How much work a hash is.
    public struct Cost: Sendable, Equatable {
        /// The base-two logarithm of scrypt's N: the memory is 2^`logRounds` × 128 × `blockSize` bytes.
        public let logRounds: Int
        /// scrypt's r.
        public let blockSize: Int
        /// scrypt's p.
        public let parallelism: Int

        /// 2^14, 8, 5: 16 MiB, which OWASP's Password Storage Cheat Sheet counts as strong as 2^17, 8, 1.
        public static let standard = Cost(logRounds: 14, blockSize: 8, parallelism: 5)
        /// Almost nothing, for tests of other things.
        public static let negligible = Cost(logRounds: 4, blockSize: 1, parallelism: 1)

        init(logRounds: Int, blockSize: Int, parallelism: Int) {
            self.logRounds = logRounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// A cost as the PHC string format writes it: `ln=14,r=8,p=5`.
        ///
        /// Nil for any other text, for `p` above 64 and for parameters that need more than 1 GiB of memory.
        public init?(_ text: some StringProtocol) {
            let names = ["ln", "r", "p"]
            let fields = text.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == names.count else { return nil }
            var numbers: [Int] = []
            for (field, name) in zip(fields, names) {
                guard field.hasPrefix(name + "="), let number = Int(field.dropFirst(name.count + 1)) else { return nil }
                numbers.append(number)
            }
            guard (1...24).contains(numbers[0]), numbers[1...].allSatisfy((1...64).contains),
                (1 << numbers[0]) * 128 * numbers[1] <= 1 << 30
            else { return nil }
            self.init(logRounds: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
            // Numbers may be written in several ways, of which one is the format's.
            guard self.text == text else { return nil }
        }

        /// The cost as the PHC string format writes it.
        var text: String { "ln=\(logRounds),r=\(blockSize),p=\(parallelism)" }

        /// The prefix of every hash of this cost.
        public var hashPrefix: String { "$scrypt$\(text)$" }
    }

    private let cost: Cost
    private let logins: Lane
    private let others: Lane
    private let beforeWork: @Sendable (Work) -> Void
    /// A hash of nobody's password, for the time that checking one takes.
    private let decoy: String

    /// A hasher whose threads run until the process ends.
    ///
    /// - Parameter cost: What new hashes cost; old ones are checked at the cost that they were made with.
    public init(cost: Cost = .standard) {
        self.init(cost: cost, mostWaiting: 64)
    }

    /// - Parameters:
    ///   - cost: The cost of new hashes.
    ///   - mostWaiting: The most that wait in each queue: at a third of a second for a hash the last of 64 logins waits
    ///     about ten seconds.
    ///   - beforeWork: Runs on the thread before each hash; for tests, which hold the thread.
    init(cost: Cost, mostWaiting: Int = 64, beforeWork: @escaping @Sendable (Work) -> Void = { _ in }) {
        self.cost = cost
        self.beforeWork = beforeWork
        logins = Lane(threads: 2, mostWaiting: mostWaiting)
        others = Lane(threads: 1, mostWaiting: mostWaiting)
        let zeros = Data(count: 16)
        decoy = PasswordHash(cost: cost, salt: zeros, hash: Data(count: 32)).text
    }

    /// A password's hash in PHC form, with a salt of its own.
    ///
    /// - Parameters:
    ///   - password: The password.
    ///   - work: The subject that waits for it.
    /// - Throws: ``APIError/passwordsFull`` where too many wait.
    public func hash(_ password: String, for work: Work = .operatorCommand) async throws -> String {
        try await run(work) { [cost] in
            var generator = SystemRandomNumberGenerator()
            let salt = Data((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
            let hash = try PasswordHash.derive(password, salt: salt, cost: cost)
            return PasswordHash(cost: cost, salt: salt, hash: hash).text
        }
    }

    /// Whether a password is the one that was hashed.
    ///
    /// - Parameters:
    ///   - password: The password.
    ///   - text: The hash in PHC form; nil where there is no such account, which takes as long and is false.
    ///   - work: The subject that waits for it.
    /// - Throws: ``APIError/passwordsFull`` where too many wait.
    public func verify(
        _ password: String, against text: String?, for work: Work = .operatorCommand
    ) async throws -> Bool {
        try await run(work) { [decoy] in
            guard let known = PasswordHash(text: text ?? decoy) else { return false }
            let hash = try PasswordHash.derive(password, salt: known.salt, cost: known.cost)
            let differences = zip(hash, known.hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            return hash.count == known.hash.count && differences == 0 && text != nil
        }
    }

    private func run<Value: Sendable>(
        _ work: Work, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let lane = work.isLogin ? logins : others
        do {
            return try await lane.queue.run(for: work.subject) { [beforeWork] in
                try await lane.threads.runIfActive {
                    beforeWork(work)
                    return try body()
                }
            }
        } catch is HashingQueue<Work.Subject>.Full {
            throw APIError.passwordsFull
        }
    }
}

/// `$scrypt$ln=14,r=8,p=5$salt$hash`, the PHC string format with Base64 without padding.
private struct PasswordHash {
    let cost: PasswordHasher.Cost
    let salt: Data
    let hash: Data

    init(cost: PasswordHasher.Cost, salt: Data, hash: Data) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    init?(text: String) {
        let parts = text.split(separator: "$")
        guard parts.count == 4, parts[0] == "scrypt" else { return nil }
        guard let cost = PasswordHasher.Cost(parts[1]), let salt = Self.decoded(parts[2]),
            let hash = Self.decoded(parts[3])
        else { return nil }
        self.init(cost: cost, salt: salt, hash: hash)
    }

    var text: String { "\(cost.hashPrefix)\(Self.encoded(salt))$\(Self.encoded(hash))" }

    static func derive(_ password: String, salt: Data, cost: PasswordHasher.Cost) throws -> Data {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost.logRounds,
            blockSize: cost.blockSize, parallelism: cost.parallelism)
        return key.withUnsafeBytes { Data($0) }
    }

    private static func encoded(_ data: Data) -> String {
        data.base64EncodedString().replacing("=", with: "")
    }

    private static func decoded(_ text: Substring) -> Data? {
        Data(base64Encoded: text + String(repeating: "=", count: (4 - text.count % 4) % 4))
    }
}
