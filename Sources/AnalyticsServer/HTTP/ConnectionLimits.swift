/// The limits of connections, streams and bodies of requests; 0 is none, except for ``idleSeconds``.
public struct ConnectionLimits: Sendable, Equatable {
    /// The most open connections of an address, of version 6 a network of 64 bits; trusted proxies have no limit.
    public var ofAddress = 1_000
    /// The most open streams of events of a user with all tokens.
    public var streamsOfUser = 100
    /// The most bytes of all bodies in memory.
    public var bodyBytes = 268_435_456
    /// The most of them of a single user, or without a token of one address.
    public var bodyBytesOfUser = 33_554_432
    /// The bytes of a body in memory that must arrive each second after its first ten seconds.
    public var bodyPace = 65_536
    /// The seconds for which a client may send nothing of a file, take nothing of an answer, or ask for nothing.
    public var idleSeconds = 60

    /// The defaults.
    public init() {}
}
