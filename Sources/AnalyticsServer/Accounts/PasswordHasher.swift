import AnalyticsCore
import CryptoExtras
import Foundation
import NIOPosix

/// Hashes passwords with scrypt (RFC 7914) and checks them, at most two at a time and on threads of its own.
public struct PasswordHasher: Sendable {
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
    private let threads: NIOThreadPool
    /// A hash of nobody's password, for the time that checking one takes.
    private let decoy: String

    /// A hasher whose threads run until the process ends.
    ///
    /// - Parameter cost: What new hashes cost; old ones are checked at the cost that they were made with.
    public init(cost: Cost = .standard) {
        self.cost = cost
        threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let zeros = Data(count: 16)
        decoy = PasswordHash(cost: cost, salt: zeros, hash: Data(count: 32)).text
    }

    /// A password's hash in PHC form, with a salt of its own.
    public func hash(_ password: String) async throws -> String {
        try await threads.runIfActive { [cost] in
            var generator = SystemRandomNumberGenerator()
            let salt = Data((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
            let hash = try PasswordHash.derive(password, salt: salt, cost: cost)
            return PasswordHash(cost: cost, salt: salt, hash: hash).text
        }
    }

    /// Whether a password is the one that was hashed.
    ///
    /// - Parameter text: The hash in PHC form; nil where there is no such account, which takes as long and is false.
    public func verify(_ password: String, against text: String?) async throws -> Bool {
        try await threads.runIfActive { [decoy] in
            guard let known = PasswordHash(text: text ?? decoy) else { return false }
            let hash = try PasswordHash.derive(password, salt: known.salt, cost: known.cost)
            let differences = zip(hash, known.hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            return hash.count == known.hash.count && differences == 0 && text != nil
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
