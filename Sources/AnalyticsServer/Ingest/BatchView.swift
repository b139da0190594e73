import AnalyticsStore

/// What an ingest of many points answers: how many there are, the ids of the first and the last, and the alerts that
/// they caused.
struct BatchView: JSONView {
    let stored: [StoredPoint]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.object("data") { json in
                json.member("accepted", stored.count)
                json.member("first_id", stored.first?.id.number)
                json.member("last_id", stored.last?.id.number)
            }
            json.list("alerts", EmptyCollection<Never>()) { _, _ in }
        }
    }
}
