import AnalyticsCore

import struct Foundation.TimeZone

/// A report as the API shows one.
struct ReportView: JSONView {
    let report: Report

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", report.id)
            json.member("name", report.name)
            json.member("type", report.type.rawValue)
            json.member("status", report.status.rawValue)
            json.member("scheduled_at", report.scheduledAt.description)
            json.member("schedule_id", report.scheduleID)
            json.member("period_from", report.period.from.description)
            json.member("period_to", report.period.to.description)
            json.list("recipients", report.recipients) { $0.string($1.text) }
            json.member("failure", report.failure)
            json.member("sha256", report.sha256)
            json.member("completed_at", report.completedAt?.description)
            json.member("created_at", report.createdAt.description)
        }
    }
}

/// What makes reports again and again, as the API shows it.
struct ReportScheduleView: JSONView {
    let schedule: ReportSchedule
    /// Whose clocks it goes by.
    let zone: TimeZone

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", schedule.id)
            json.member("name", schedule.name)
            json.member("type", schedule.type.rawValue)
            json.list("recipients", schedule.recipients) { $0.string($1.text) }
            json.list("unconfirmed_recipients", schedule.unconfirmed) { $0.string($1.text) }
            json.member("is_active", schedule.isActive)
            json.member("at", schedule.time.description)
            json.member("next_run_at", schedule.nextRun(in: zone)?.description)
            json.member("created_at", schedule.createdAt.description)
            json.member("updated_at", schedule.updatedAt.description)
        }
    }
}
