public import struct Foundation.TimeZone

/// The unit of isolation: all users and all data belong to exactly one.
public struct Workspace: Sendable, Equatable {
    /// Its number.
    public let id: Int64
    /// What its people call it, 1 to 100 characters.
    public var name: String
    /// Where its days begin and end.
    public var timeZone: TimeZone
    /// What its money is counted in, ISO 4217.
    public var currency: String

    /// A workspace of the given parts.
    public init(id: Int64, name: String, timeZone: TimeZone = .gmt, currency: String = "USD") {
        self.id = id
        self.name = name
        self.timeZone = timeZone
        self.currency = currency
    }

    /// How long its name may be.
    public static let nameLength = 1...100

    /// What a workspace is called whose owner did not say: "NAME's workspace", cut to 100 characters.
    public static func defaultName(owner: String) -> String {
        let scalars = "\(owner)'s workspace".unicodeScalars.prefix(nameLength.upperBound)
        return String(String.UnicodeScalarView(scalars))
    }

    /// The name of the time zone in IANA's database; the zone without an offset is `UTC`.
    public var timeZoneName: String { timeZone.databaseName }
}
