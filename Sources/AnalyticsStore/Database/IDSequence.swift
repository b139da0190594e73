/// What has ids of its own, counted from 1 over the whole server.
enum IDSequence: String {
    case workspace, user, token, invitation
    case dataImport = "data_import"
    case alertRule = "alert_rule"
    case alert, channel, delivery, embed, report
    case digestNotice = "digest_notice"
    case mailRecipient = "mail_recipient"
    case reportSchedule = "report_schedule"
}

extension Connection {
    /// The next id of a kind.
    ///
    /// It is not used up where the transaction fails.
    func nextID(of sequence: IDSequence) throws -> Int64 {
        try nextIDs(of: sequence, count: 1).lowerBound
    }

    /// The next ids of a kind, as many as asked for, of which there must be one at least.
    func nextIDs(of sequence: IDSequence, count: Int) throws -> Range<Int64> {
        let count = Int64(count)
        let end = try first(
            """
            INSERT INTO id_sequence (kind, next_id)
            VALUES (\(sequence.rawValue), \(count + 1))
            ON CONFLICT (kind) DO UPDATE SET next_id = id_sequence.next_id + \(count)
            RETURNING next_id
            """
        ) { try $0.integer(0) }
        guard let end else { throw StoreError(.programming, "RETURNING gave no row") }
        return (end - count)..<end
    }
}
