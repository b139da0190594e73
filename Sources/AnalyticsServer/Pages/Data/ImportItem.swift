import AnalyticsCore
import AnalyticsStore

/// An import in a list of a page.
struct ImportItem: Sendable {
    /// One thing that is wrong with its file.
    struct Fault: Sendable {
        /// As in `Line 18, value`.
        let place: String
        let message: String
    }

    let id: Int64
    let name: String
    let status: String
    /// Which kind of badge the status has.
    let mark: String
    let isDryRun: Bool
    /// What came of it, such as `1,170 data points`.
    let outcome: String
    /// Who made it.
    let person: String
    let time: PageWords.Time
    /// How much of its file was read, in thousandths; nil where it is not being read or its size is not known.
    let progress: Int?
    /// Why it failed; nil where it did not, or its faults say so.
    let failure: String?
    let faults: [Fault]
    let hasFaults: Bool
    /// As in `3 faults`, or how many of them are shown.
    let faultTitle: String
    /// What takes it away: `Undo`, `Stop` or `Remove`.
    let action: String
    /// What is asked before.
    let question: String

    /// How many faults are shown.
    private static let mostFaults = 20

    init(_ dataImport: DataImport, words: PageWords) {
        let progress = dataImport.progress
        let count = words.count(dataImport.recordCount, "data point")
        id = dataImport.id
        name = dataImport.request.name
        isDryRun = dataImport.request.isDryRun
        person = dataImport.creator?.name ?? "the operator"
        time = words.time(dataImport.finishedAt ?? dataImport.startedAt ?? dataImport.createdAt)
        faults = progress.issues.prefix(Self.mostFaults).map { issue in
            Fault(place: Self.place(of: issue.field), message: issue.message)
        }
        hasFaults = !faults.isEmpty
        failure = hasFaults ? nil : dataImport.failure
        let faultCount = words.count(progress.errorCount, "fault")
        faultTitle = progress.errorCount > faults.count ? "\(faultCount), the first \(faults.count)" : faultCount
        var share: Int?
        switch dataImport.status {
        case .waiting:
            (status, mark, outcome) = ("waiting", "muted", "Its file has not come yet")
            (action, question) = ("Remove", "Remove the import “\(name)”? Nothing was stored by it.")
        case .running:
            (status, mark, outcome) = ("running", "info", "\(count) read so far")
            (action, question) = ("Stop", "Stop the import “\(name)”? Nothing of it stays.")
            if let total = dataImport.byteTotal, total > 0 {
                share = Int(Double(min(progress.bytesRead, total)) / Double(total) * 1_000)
            }
        case .completed where dataImport.request.isDryRun:
            (status, mark, outcome) = ("completed", "good", "\(count) would be imported")
            (action, question) = ("Remove", "Remove the dry run “\(name)”? Nothing was stored by it.")
        case .completed:
            (status, mark, outcome) = ("completed", "good", count)
            (action, question) = (
                "Undo", "Undo the import “\(name)”? Its data leaves all lists and figures: \(count)."
            )
        case .failed, .deleted:
            (status, mark, outcome) = ("failed", "critical", "Nothing was stored")
            (action, question) = ("Remove", "Remove the import “\(name)”? Nothing was stored by it.")
        }
        self.progress = share
    }

    /// Where in a file a fault is, of a field such as `lines.18.value`.
    private static func place(of field: String) -> String {
        let parts = field.split(separator: ".", maxSplits: 2)
        guard parts.count >= 2, parts[0] == "lines" else { return FieldRules.spoken(field) }
        return "Line \(parts[1])" + (parts.count > 2 ? ", \(FieldRules.spoken(String(parts[2])))" : "")
    }
}
