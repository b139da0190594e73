import AnalyticsCore
import AnalyticsStore

/// A stored data point as the API shows one.
struct RecordView: JSONView {
    let stored: StoredPoint

    func write(to json: inout JSONWriter) {
        let point = stored.point
        json.object { json in
            json.member("id", stored.id.number)
            json.member("metric_type", point.metric.rawValue)
            json.member("value", WideAmount(point.value))
            json.member("recorded_at", point.day.description)
            json.member("category", point.category?.text)
            json.member("source", point.source?.text)
            json.member("external_id", point.externalID?.text)
            json.member("created_at", stored.createdAt.description)
            json.member("updated_at", stored.updatedAt.description)
        }
    }
}

/// What an ingest of one point answers: the point, and the alerts that it caused.
struct IngestedView: JSONView {
    let stored: StoredBatch
    /// Whether who sent the point may see all of an alert.
    let showsAlerts: Bool

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.name("data")
            for point in stored { RecordView(stored: point).write(to: &json) }
            json.raisedAlerts(stored.alerts, areWhole: showsAlerts)
        }
    }
}
