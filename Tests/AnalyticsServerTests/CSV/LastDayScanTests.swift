import AnalyticsCore
import AnalyticsServer
import AnalyticsTesting
import Testing

@Suite struct LastDayScanTests {
    private func lastDay(_ text: String) throws -> String? {
        var scan = LastDayScan()
        try scan.read(text.utf8)
        return try scan.finish()?.description
    }

    @Test(
        "the latest day of the column recorded_at is found",
        arguments: [
            ("metric_type,value,recorded_at\nusers,1,2026-01-02\nusers,1,2026-03-01\nusers,1,2026-02-28", "2026-03-01"),
            ("Recorded_At ,value\n 2026-01-02 ,1\n", "2026-01-02"),
            ("\u{FEFF}recorded_at\n2026-01-02\n", "2026-01-02"),
            ("value,recorded_at\n1,2026-01-02\n2,2026-02-30\n3,\n4\n5,soon\n", "2026-01-02"),
        ])
    func found(text: String, expected: String) throws {
        #expect(try lastDay(text) == expected)
    }

    @Test(
        "where there is no such column or no day there is none",
        arguments: ["", "recorded_at\n", "value\n2026-01-02\n", "recorded_at\nsoon\n", "2026-01-02\n2026-01-03\n"])
    func none(text: String) throws {
        #expect(try lastDay(text) == nil)
    }

    @Test(
        "of NDJSON it is the latest of all lines that are objects",
        arguments: [
            (#"{"recorded_at": "2026-01-02"}"# + "\r\n\n" + #"{"recorded_at":"2026-03-01"}"#, "2026-03-01"),
            (#"{"recorded_at": "2026-01-02"}"# + "\nno\n[1]\n" + #"{"recorded_at": "soon"}"# + "\n", "2026-01-02"),
            (
                #"{"recorded_at": "2026-01-02"}"# + "\n"
                    + #"{"recorded_at": "2027-01-01", "x": "\#(String(repeating: "x", count: 65_536))"}"# + "\n"
                    + #"{"recorded_at": "2026-01-03"}"#,
                "2026-01-03"
            ),
            (#"{"value": 1}"#, nil), ("", nil),
        ] as [(String, String?)])
    func ndjson(text: String, expected: String?) throws {
        var scan = LastDayScan(.ndjson)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 7) {
            try scan.read(bytes[start..<min(start + 7, bytes.count)])
        }

        #expect(try scan.finish()?.description == expected)
    }

    @Test("a file that arrives byte by byte is scanned as well")
    func pieces() throws {
        var scan = LastDayScan()
        for byte in GeneratedSales.csv.utf8 { try scan.read(CollectionOfOne(byte)) }

        #expect(try scan.finish()?.description == GeneratedSales.lastDay)
    }
}
