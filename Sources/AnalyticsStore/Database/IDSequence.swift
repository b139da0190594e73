/// What has ids of its own, counted from 1 over the whole server.
enum IDSequence: String {
    case workspace, user, token, invitation
    case dataImport = "data_import"
    case alertRule = "alert_rule"
    case alert
}

extension Connection {
    /// The next id of a kind.
    ///
    /// It is not used up where the transaction fails.
    func nextID(of sequence: IDSequence) throws -> Int64 {
        let id = try first(
            """
            INSERT INTO id_sequence (kind, next_id)
            VALUES (\(sequence.rawValue), 2)
            ON CONFLICT (kind) DO UPDATE SET next_id = id_sequence.next_id + 1
            RETURNING next_id - 1
            """
        ) { try $0.integer(0) }
        guard let id else { throw StoreError(.programming, "RETURNING gave no row") }
        return id
    }
}
