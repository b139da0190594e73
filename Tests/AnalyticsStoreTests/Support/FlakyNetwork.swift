import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A way to a server on this machine that can break, as networks do.
final class FlakyNetwork: @unchecked Sendable {
    /// What becomes of what is sent.
    enum Fault: Sendable {
        /// Nothing: it arrives.
        case none
        /// What the server says does not arrive; what the client says does.
        case answersAreLost
        /// What the client says does not arrive.
        case requestsAreLost
        /// What the client says arrives only when ``deliver()`` is called.
        case requestsAreLate
    }

    private struct State {
        var fault = Fault.none
        var isRefusing = false
        var isRefusingAfterFault = false
        var connections: [(client: Int32, server: Int32)] = []
        var late: [(server: Int32, bytes: [UInt8])] = []
    }

    /// Where clients connect to.
    let port: Int
    private let listener: Int32
    private let serverPort: Int
    private let state = Mutex(State())

    /// A way to a port of 127.0.0.1.
    init(toPort serverPort: Int) throws {
        self.serverPort = serverPort
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && getsockname(listener, pointer, &length) == 0
            }
        }
        guard listener >= 0, bound, listen(listener, 64) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in accept() }
    }

    /// What becomes of what is sent from now on; with the first that does not arrive the client's connections end.
    ///
    /// - Parameter isRefusing: Whether none can be made afterwards.
    func set(_ fault: Fault, thenRefusing isRefusing: Bool = false) {
        state.withLock { state in
            state.fault = fault
            state.isRefusingAfterFault = isRefusing
        }
    }

    /// Ends all connections as the client sees them, and lets new ones through unless told otherwise.
    func cutClients(refusing: Bool = false) {
        state.withLock { Self.cutClients(&$0, refusing: refusing) }
    }

    private static func cutClients(_ state: inout State, refusing: Bool) {
        state.isRefusing = refusing
        state.fault = .none
        for (client, server) in state.connections {
            shutdown(client, Int32(SHUT_RDWR))
            // Where requests are still on their way the server must not notice.
            if !state.late.contains(where: { $0.server == server }) { shutdown(server, Int32(SHUT_RDWR)) }
        }
        state.connections = []
    }

    /// Lets new connections through.
    func acceptAgain() {
        state.withLock { $0.isRefusing = false }
    }

    /// Delivers what is late, after which the server notices that the client has gone.
    func deliver() {
        let late = state.withLock { state in
            defer { state.late = [] }
            return state.late
        }
        for (server, bytes) in late {
            _ = Self.send(bytes[...], to: server)
            shutdown(server, Int32(SHUT_WR))
        }
    }

    func close() {
        cutClients(refusing: true)
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            guard !state.withLock({ $0.isRefusing }), let server = connectToServer() else {
                Glibc.close(client)
                continue
            }
            state.withLock { $0.connections.append((client, server)) }
            Thread.detachNewThread { [self] in
                pass(from: client, to: server, isRequest: true)
                // A server whose requests are late does not notice that the client has gone.
                if !state.withLock({ state in state.late.contains { $0.server == server } }) {
                    shutdown(server, Int32(SHUT_WR))
                }
            }
            Thread.detachNewThread { [self] in
                pass(from: server, to: client, isRequest: false)
                shutdown(client, Int32(SHUT_RDWR))
            }
        }
    }

    private func pass(from source: Int32, to target: Int32, isRequest: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { return }
            let bytes = buffer[..<count]
            let isPassing = state.withLock { state -> Bool in
                switch state.fault {
                case .none: return true
                case .answersAreLost where isRequest: return true
                case .requestsAreLost where !isRequest, .requestsAreLate where !isRequest: return true
                case .requestsAreLate: state.late.append((target, Array(bytes)))
                case .answersAreLost, .requestsAreLost: break
                }
                Self.cutClients(&state, refusing: state.isRefusingAfterFault)
                return false
            }
            guard !isPassing || Self.send(bytes, to: target) else { return }
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func connectToServer() -> Int32? {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: serverPort)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            Glibc.close(server)
            return nil
        }
        return server
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
