import AnalyticsCore

/// All seven key figures of a period beside those of the one before.
struct KPIView: JSONView {
    let period: Period
    let workspace: Workspace
    let current: [Metric: PeriodTotal]
    let previous: [Metric: PeriodTotal]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("period", period.length)
            json.member("from", period.from.description)
            json.member("to", period.to.description)
            json.member("previous_from", period.previous.from.description)
            json.member("previous_to", period.previous.to.description)
            json.member("timezone", workspace.timeZoneName)
            json.object("kpis") { json in
                for metric in Metric.allCases { write(metric, to: &json) }
            }
        }
    }

    private func write(_ metric: Metric, to json: inout JSONWriter) {
        let kpi = KPI(of: metric, current: current[metric] ?? .none, previous: previous[metric] ?? .none)
        json.object(metric.rawValue) { json in
            json.member("value", kpi.value)
            json.member("previous_value", kpi.previousValue)
            json.member("change_percent", kpi.changePercent)
            json.member("trend", kpi.trend?.rawValue)
            json.member("is_good", kpi.isGood)
            json.member("unit", metric.unit(currency: workspace.currency))
            json.member("count", kpi.count)
        }
    }
}
