import AnalyticsCore
import Testing

@testable import AnalyticsServer

@Suite struct PointColumnsTests {
    private func record(_ line: Int, _ fields: [String]) -> CSVReader.Record {
        CSVReader.Record(line: line, fields: fields.map { Array($0.utf8)[...] })
    }

    /// The faults of a header, each as `field: text`.
    private func faults(_ header: [String], line: Int = 1) -> [String] {
        do {
            _ = try PointColumns(header: record(line, header))
            return []
        } catch {
            return error.issues.map { "\($0.field): \($0.message)" }
        }
    }

    private static let allowed = "Allowed are metric_type, value, recorded_at, category, source, external_id."

    @Test(
        "a header may name the fields in any order and case, with white space around",
        arguments: [
            ["metric_type", "value"], ["value", "metric_type"],
            ["external_id", "source", "category", "recorded_at", "value", "metric_type"], [" Metric_Type ", "VALUE\t"],
        ])
    func goodHeaders(header: [String]) {
        #expect(faults(header) == [])
    }

    @Test("an unknown column, one that is there twice and one that is missing are named, all at once")
    func badHeaders() {
        #expect(
            faults(["metric", "value", "value", ""], line: 3) == [
                ": The column \"metric\" is unknown. \(Self.allowed)",
                ": The column value is there twice.",
                ": The column \"\" is unknown. \(Self.allowed)",
                ": The column metric_type is missing. Needed are metric_type and value.",
            ])
        #expect(
            faults(["recorded_at"]) == [
                ": The column metric_type is missing. Needed are metric_type and value.",
                ": The column value is missing. Needed are metric_type and value.",
            ])
    }

    @Test("a long name is shown shortened, and of many faults the first twenty")
    func longHeaders() {
        let long = String(repeating: "x", count: 41)

        #expect(
            faults([long, "metric_type", "value"]) == [
                ": The column \"\(String(repeating: "x", count: 40))…\" is unknown. \(Self.allowed)"
            ])
        #expect(faults(Array(repeating: "y", count: 1000)).count == 20)
    }

    @Test("fields come from the columns that the header says")
    func fields() throws {
        let columns = try PointColumns(header: record(1, ["source", "value", "category", "metric_type"]))

        let fields = try columns.fields(record(2, [" web ", "1.5", "", "revenue"]))

        guard case .text(let source) = fields.source, case .text(let value) = fields.value,
            case .text(let metric) = fields.metricType
        else {
            Issue.record("not texts: \(fields)")
            return
        }
        #expect([source, value, metric].map { String(decoding: $0, as: UTF8.self) } == ["web", "1.5", "revenue"])
        guard case .missing = fields.category, case .missing = fields.recordedAt else {
            Issue.record("not missing: \(fields)")
            return
        }
    }

    @Test("a line with more or fewer fields than the header is refused")
    func wrongCount() throws {
        let columns = try PointColumns(header: record(1, ["metric_type", "value"]))

        for fields in [["revenue"], ["revenue", "1", "2"]] {
            #expect(
                throws: ValidationError(
                    field: "", code: .limit,
                    message: "The line has \(fields.count) fields, the header 2.")
            ) { try columns.fields(record(7, fields)) }
        }
    }

    @Test("a field that is not UTF-8 is refused by name")
    func notUTF8() throws {
        let columns = try PointColumns(header: record(1, ["metric_type", "value", "recorded_at"]))
        var bad = record(9, ["revenue", "1", ""])
        bad.fields[2] = [0x32, 0xFF]

        #expect(
            throws: ValidationError(
                field: "recorded_at", code: .unprintable,
                message: "The recorded at field is not valid UTF-8.")
        ) { try columns.fields(bad) }
    }
}
