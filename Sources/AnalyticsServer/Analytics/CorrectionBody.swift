import AnalyticsCore
import AnalyticsStore

extension PointCorrection {
    /// What a body changes of a point; what it does not name stays.
    ///
    /// - Parameters:
    ///   - body: What was sent. Metric and day may be in it, as they are.
    ///   - stored: The point as it is.
    /// - Throws: ``ValidationError`` with every fault.
    init(_ body: JSONObject, of stored: StoredPoint) throws(ValidationError) {
        var rules = FieldRules()
        rules.refuseOtherThanObject(body)
        self.init()
        if body.contains("value") { value = rules.amount(body["value"], "value") }
        if body.contains("category") {
            category = .set(rules.text(body["category"], "category", length: Label.length).map(Label.init))
        }
        if body.contains("source") {
            source = .set(rules.text(body["source"], "source", length: Label.length).map(Label.init))
        }
        let metric = rules.metric(body["metric_type"], "metric_type", required: false)
        if let metric, metric != stored.point.metric { rules.refuseChange(of: "metric_type") }
        let day = rules.day(body["recorded_at"], "recorded_at")
        if let day, day != stored.point.day { rules.refuseChange(of: "recorded_at") }
        try rules.check()
    }
}

extension FieldRules {
    fileprivate mutating func refuseChange(of field: String) {
        refuse(
            field, .immutable,
            "The \(Self.spoken(field)) field cannot be changed. Delete the record and send another.")
    }
}
