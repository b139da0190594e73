import AnalyticsCore
import Crypto

/// The points of a batch, read from a request's body as it arrives.
struct BatchBody {
    /// At least one.
    let records: RecordGatherer.Records
    /// SHA-256 of the body; empty unless it was asked for.
    let hash: [UInt8]

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: What arrives.
    ///   - format: In which form.
    ///   - gathered: What becomes of its records.
    ///   - lease: Room for them.
    ///   - bytes: Room for the body itself.
    ///   - isHashed: Whether ``hash`` is wanted.
    /// - Throws: ``ValidationError`` with the faults of records, ``APIError`` where the body is broken or too large, and
    ///   where there is no room.
    init(
        reading body: BodyReader, _ format: RecordFormat, into gathered: inout RecordGatherer, lease: BatchRoom.Lease,
        bytes: BodyRoom.Lease, isHashed: Bool
    ) async throws {
        var body = body
        var hash = SHA256()
        var parser = format.parser
        do {
            while !gathered.isStopped,
                let piece = try await lease.waiting({ () throws(APIError) in try await body.next() })
            {
                try bytes.take(piece.count)
                if isHashed { hash.update(data: piece) }
                try parser.read(piece, into: &gathered)
                try lease.extend(to: gathered.records.points.count)
            }
            try parser.finish(into: &gathered)
        } catch let error as JSONScanner.Malformed {
            throw APIError.malformedBody(error)
        }
        try gathered.check()
        self.hash = isHashed ? Array(hash.finalize()) : []
        records = gathered.handOn()
    }
}
