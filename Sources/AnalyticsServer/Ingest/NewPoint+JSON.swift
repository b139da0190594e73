import AnalyticsCore

extension NewPoint.Fields {
    /// The fields of a data point as a JSON object brings them.
    init(_ object: JSONObject) {
        self.init()
        metricType = object["metric_type"]
        value = object["value"]
        recordedAt = object["recorded_at"]
        category = object["category"]
        source = object["source"]
        externalID = object["external_id"]
    }
}
