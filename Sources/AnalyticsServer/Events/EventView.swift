import AnalyticsCore
import AnalyticsStore

/// An event as streams and webhooks tell it.
struct EventView: JSONView {
    let kind: EventKind
    let at: Instant
    let subject: EventSubject

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", kind.rawValue)
            json.member("timestamp", at.description)
            json.name("data")
            switch subject {
            case .alert(let alert): AlertView(alert: alert).write(to: &json)
            case .report(let report): ReportView(report: report).write(to: &json)
            }
        }
    }
}

/// That a workspace's data has changed.
struct DataIngestedView: JSONView {
    let at: Instant
    let workspaceID: Int64

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", EventKind.dataIngested.rawValue)
            json.member("timestamp", at.description)
            json.object("data") { $0.member("workspace_id", workspaceID) }
        }
    }
}
