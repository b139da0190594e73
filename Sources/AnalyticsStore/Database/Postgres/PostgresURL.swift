import CPostgres

/// Where a PostgreSQL database is and how it is reached: a URL as libpq reads it (PostgreSQL's manual, section 34.1.1).
///
/// It may name several hosts, of which the one that takes writes is used, and how the connection is encrypted:
/// `postgres://user:password@db1,db2/name?sslmode=verify-full`. What it leaves out comes from libpq's own variables and
/// files, such as `PGPASSWORD` and `~/.pgpass`.
public struct PostgresURL: Sendable, Equatable {
    /// What libpq is told, by its keywords.
    let parameters: [String: String]

    /// - Throws: ``StoreError`` of code `unusable` where it cannot be read. What is wrong with it is not told with its
    ///   own text, which holds a password.
    public init(_ text: String) throws {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else {
            throw StoreError(.unusable, "a PostgreSQL database must be given as \(Self.form)")
        }
        var fault: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &fault) else {
            PQfreemem(fault)
            throw StoreError(
                .unusable,
                "the URL of the PostgreSQL database cannot be read. It must be \(Self.form), with parameters that libpq "
                    + "knows, and with percent-encoding where a part has one of :/?#[]@%")
        }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        for port in (parameters["port"] ?? "").split(separator: ",") where UInt16(port) == nil {
            // What libpq took for a port may be a part of the password.
            throw StoreError(
                .unusable,
                "the URL of the PostgreSQL database has a port that is not a number. It must be \(Self.form), with a / in a "
                    + "password as %2F")
        }
        self.parameters = parameters
    }

    private static let form = "postgres://USER:PASSWORD@HOST:PORT/NAME"

    /// The same, where what is not said is what this program needs.
    ///
    /// A server that has gone away is noticed within half a minute, even where nothing tells that it has.
    var connectionParameters: [String: String] {
        let wanted = [
            "application_name": "analyticspro",
            "target_session_attrs": "read-write",
            "connect_timeout": "5",
            "keepalives_idle": "10",
            "keepalives_interval": "5",
            "keepalives_count": "3",
            "tcp_user_timeout": "20000",
        ]
        var parameters = parameters.merging(wanted) { given, _ in given }
        parameters["client_encoding"] = "UTF8"
        return parameters
    }
}

extension PostgresURL: CustomStringConvertible {
    /// Where it is, without any secret: `name on db1:5432, db2:5432 as user`.
    public var description: String {
        func list(_ name: String) -> [String] {
            (parameters[name] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let hosts = list(parameters["host"] == nil ? "hostaddr" : "host")
        let ports = list("port")
        let places = hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports[0] : ports.indices.contains(index) ? ports[index] : ""
            return "\(host.isEmpty ? "localhost" : host):\(port.isEmpty ? "5432" : port)"
        }
        var text = "\(parameters["dbname"] ?? parameters["user"] ?? "the default database") on "
        text += places.joined(separator: ", ")
        if let user = parameters["user"] { text += " as \(user)" }
        return text
    }
}

extension PostgresURL: CustomReflectable {
    /// Without the password, which a log would show otherwise.
    public var customMirror: Mirror { Mirror(self, children: ["location": description]) }
}
