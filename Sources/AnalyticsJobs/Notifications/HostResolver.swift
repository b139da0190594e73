public import AnalyticsCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Looks up the addresses of names, on threads of its own.
///
/// A name server that does not answer keeps a thread for as long as the system waits for it. So a workspace that has some
/// threads gets another while it has fewer than a quarter of the free ones, and workspaces that wait take turns.
public struct HostResolver: Sendable {
    private let threads: NIOThreadPool
    private let places: WorkspacePlaces
    private let lookUp: @Sendable (String) -> [NetworkAddress]

    /// A resolver whose threads run until the process ends.
    public init() {
        self.init(threadCount: 16, lookUp: Self.lookUp)
    }

    /// A resolver that looks up names in a way of its own.
    init(threadCount: Int, lookUp: @escaping @Sendable (String) -> [NetworkAddress]) {
        threads = NIOThreadPool(numberOfThreads: threadCount)
        places = WorkspacePlaces(count: threadCount)
        self.lookUp = lookUp
        threads.start()
    }

    /// All addresses of a host, in the order in which the system would try them; none where it has none, or nobody
    /// answered in time.
    ///
    /// - Parameters:
    ///   - host: A name, or an address in whatever form the system reads.
    ///   - workspaceID: For whom.
    ///   - patience: How long to wait.
    public func addresses(
        of host: String, for workspaceID: Int64, patience: Duration = .seconds(5)
    ) async -> [NetworkAddress] {
        let first = FirstAnswer()
        return await withCheckedContinuation { continuation in
            first.wait(continuation)
            // A name server that does not answer keeps the thread, and not who asked.
            let timeout = Task {
                try await Task.sleep(for: patience)
                first.give([])
            }
            let isWaiting = places.add(workspaceID) { [threads, places, lookUp] in
                threads.submit { state in
                    if !first.isGiven { first.give(state == .active ? lookUp(host) : []) }
                    timeout.cancel()
                    places.leave(workspaceID)
                }
            }
            if !isWaiting {
                first.give([])
                timeout.cancel()
            }
        }
    }

    @Sendable private static func lookUp(_ host: String) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [NetworkAddress] = []
        var entry = list
        while let current = entry {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let status = getnameinfo(
                current.pointee.ai_addr, current.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0,
                NI_NUMERICHOST)
            let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if status == 0, let address = NetworkAddress(name), !addresses.contains(address) {
                addresses.append(address)
            }
            entry = current.pointee.ai_next
        }
        return addresses
    }
}

/// Of several answers the first.
private final class FirstAnswer: Sendable {
    private let continuation = Mutex<CheckedContinuation<[NetworkAddress], Never>?>(nil)

    func wait(_ waiting: CheckedContinuation<[NetworkAddress], Never>) {
        continuation.withLock { $0 = waiting }
    }

    /// Whether somebody answered, or the patience was at its end.
    var isGiven: Bool { continuation.withLock { $0 == nil } }

    func give(_ addresses: [NetworkAddress]) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: addresses)
    }
}
