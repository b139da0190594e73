import AnalyticsCore

/// An import as the API shows one.
struct ImportView: JSONView {
    let dataImport: DataImport

    func write(to json: inout JSONWriter) {
        let (request, progress) = (dataImport.request, dataImport.progress)
        json.object { json in
            json.member("id", dataImport.id)
            json.member("name", request.name)
            json.member("format", request.format.rawValue)
            json.member("alerts", request.alerts.rawValue)
            json.member("dry_run", request.isDryRun)
            json.member("status", dataImport.status.rawValue)
            json.member("record_count", dataImport.recordCount)
            json.member("bytes_read", progress.bytesRead)
            json.member("bytes_total", dataImport.byteTotal)
            json.member("error_count", progress.errorCount)
            json.texts("errors", of: progress.issues, \.message)
            json.member("failure", dataImport.failure)
            json.name("user")
            if let creator = dataImport.creator {
                json.object { json in
                    json.member("id", creator.id)
                    json.member("name", creator.name)
                }
            } else {
                json.null()
            }
            json.member("created_at", dataImport.createdAt.description)
            json.member("started_at", dataImport.startedAt?.description)
            json.member("finished_at", dataImport.finishedAt?.description)
        }
    }
}
