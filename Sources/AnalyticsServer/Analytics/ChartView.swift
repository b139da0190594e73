import AnalyticsCore

/// A metric's values day by day.
struct ChartView: JSONView {
    let series: ChartSeries

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("metric", series.metric.rawValue)
            json.member("period", series.period.length)
            json.member("from", series.period.from.description)
            json.member("to", series.period.to.description)
            json.list("labels", series.period.days) { $0.string($1.description) }
            json.list("data", series.values) { $0.amount($1) }
        }
    }
}
