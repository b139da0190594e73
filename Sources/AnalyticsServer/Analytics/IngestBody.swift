import AnalyticsCore

/// A data point as a JSON body brings it.
struct IngestBody {
    let fields: NewPoint.Fields

    init(_ body: JSONObject) {
        var fields = NewPoint.Fields()
        fields.metricType = body["metric_type"]
        fields.value = body["value"]
        fields.recordedAt = body["recorded_at"]
        fields.category = body["category"]
        fields.source = body["source"]
        self.fields = fields
    }
}
