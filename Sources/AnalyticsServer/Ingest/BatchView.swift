import AnalyticsStore

/// What an ingest of many points answers: how many there are, the ids of the first and the last, and the alerts that
/// they caused.
struct BatchView: JSONView {
    let stored: StoredBatch
    /// Whether who sent the points may see all of an alert.
    let showsAlerts: Bool

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.object("data") { json in
                json.member("accepted", stored.count)
                json.member("first_id", stored.isEmpty ? nil : stored.id(at: 0).number)
                json.member("last_id", stored.isEmpty ? nil : stored.id(at: stored.count - 1).number)
            }
            json.raisedAlerts(stored.alerts, areWhole: showsAlerts)
        }
    }
}
