import AnalyticsCore

/// An alert as the API, the stream and webhooks show one.
struct AlertView: JSONView {
    let alert: Alert

    func write(to json: inout JSONWriter) {
        json.object { json in
            writeMembers(to: &json)
        }
    }

    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("id", alert.id)
        json.name("rule")
        if let rule = alert.rule {
            json.object { json in
                json.member("id", rule.id)
                json.member("name", rule.name)
            }
        } else {
            json.null()
        }
        json.member("metric_type", alert.metric.rawValue)
        json.member("condition", alert.condition.rawValue)
        json.member("operator", alert.comparison?.rawValue)
        json.member("threshold", alert.threshold.map { WideAmount($0) })
        json.member("value", alert.breach.value.map { WideAmount($0) })
        json.member("severity", alert.severity.rawValue)
        json.member("status", alert.status.rawValue)
        json.member("message", alert.message)
        json.member("recorded_at", alert.breach.day.description)
        json.member("late", alert.breach.isLate)
        json.member("occurrences", alert.occurrences)
        json.member("flaps", alert.flaps)
        json.member("triggered_at", alert.triggeredAt.description)
        json.member("last_triggered_at", alert.lastTriggeredAt.description)
        json.member("read_at", alert.read?.at.description)
        json.person("read_by", alert.read?.person)
        json.member("resolved_at", alert.resolution?.at.description)
        json.person("resolved_by", alert.resolution?.person)
        json.member("resolution_note", alert.resolution?.note)
        json.member("record_id", alert.breach.recordID)
    }
}

extension JSONWriter {
    fileprivate mutating func person(_ name: StaticString, _ person: Alert.Person?) {
        self.name(name)
        guard let person else { return null() }
        object { json in
            json.member("id", person.id)
            json.member("name", person.name)
        }
    }
}

extension JSONWriter {
    /// Writes `alerts`, those that an ingest opened or added an occurrence to, and behind the most that an answer lists
    /// `alerts_omitted`, the number of the others.
    ///
    /// - Parameter areWhole: Whether the sender of the points may see all of an alert.
    mutating func raisedAlerts(_ alerts: [RaisedAlert], areWhole: Bool) {
        list("alerts", alerts.prefix(RaisedAlertView.most)) { json, alert in
            RaisedAlertView(raised: alert, isWhole: areWhole).write(to: &json)
        }
        if alerts.count > RaisedAlertView.most { member("alerts_omitted", alerts.count - RaisedAlertView.most) }
    }
}

/// An alert in the answer to the ingest that opened it or added an occurrence to it.
private struct RaisedAlertView: JSONView {
    /// The number of alerts that an answer lists at most.
    static let most = 100

    let raised: RaisedAlert
    /// Whether who sent the points may see all of the alert.
    let isWhole: Bool

    func write(to json: inout JSONWriter) {
        let alert = raised.alert
        json.object { json in
            if isWhole {
                AlertView(alert: alert).writeMembers(to: &json)
            } else {
                json.member("id", alert.id)
                json.object("rule") { $0.member("name", alert.rule?.name) }
                json.member("severity", alert.severity.rawValue)
                json.member("message", alert.message)
            }
            json.member("is_new", raised.isNew)
        }
    }
}
