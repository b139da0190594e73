import AnalyticsCore
import Testing

@testable import AnalyticsServer

@Suite struct PlainRecordTests {
    /// What became of some records: the points, or every fault.
    private enum Reading: Equatable {
        case points([NewPoint])
        case faults([ValidationError.Issue])
        case malformed(JSONScanner.Malformed)
    }

    private static let today = Day.epoch.advanced(by: 20_000)

    /// Reads a body in pieces of a size.
    ///
    /// - Parameter isShifted: Whether days move by none, which keeps every record from the short way.
    private func reading(_ body: [UInt8], _ format: RecordFormat, isShifted: Bool, size: Int) -> Reading {
        var parser = format.parser
        var records = RecordGatherer(format, today: Self.today, lastDay: isShifted ? Self.today : nil)
        do {
            for start in stride(from: 0, to: body.count, by: size) {
                try parser.read(Array(body[start..<min(start + size, body.count)]), into: &records)
            }
            try parser.finish(into: &records)
            try records.check()
            return .points(Array(records.handOn().points))
        } catch let error as ValidationError {
            return .faults(error.issues)
        } catch let error as JSONScanner.Malformed {
            return .malformed(error)
        } catch {
            Issue.record("\(error)")
            return .points([])
        }
    }

    private func expectSame(_ body: String, _ format: RecordFormat) {
        let bytes = Array(body.utf8)
        let general = reading(bytes, format, isShifted: true, size: .max / 2)
        for size in [1, 5, 64, Int.max / 2] {
            #expect(reading(bytes, format, isShifted: false, size: size) == general, "\(format), \(size): \(body)")
        }
    }

    private static let first = #"{"metric_type": "users", "value": 1, "category": "ä", "source": "web"}"#

    private static let records = [
        #"{"metric_type":"revenue","value":1.5}"#,
        #"{ "metric_type" : "revenue" , "value" : "2" , "recorded_at" : "2024-01-01" }"#,
        #"{"value":3,"metric_type":"orders","category":"ä","source":"web"}"#,
        #"{"metric_type":"orders","value":3,"category":null,"source":""}"#,
        #"{"metric_type":"orders","value":3,"category":" ä ","source":"\u00e4"}"#,
        #"{"metric_type":"orders","value":3,"value":4}"#,
        #"{"metric_type":"orders","value":3,"value":null}"#,
        #"{"metric_type":"orders","value":3,"extra":[{"value":9}]}"#,
        #"{"metric_type":"orders","value":3,"category":7}"#,
        #"{"metric_type":"orders","value":true}"#,
        #"{"metric_type":"orders","value":1e999}"#,
        #"{"metric_type":"orders","value":-}"#,
        #"{"metric_type":"orders","value":3,}"#,
        #"{"metric_type":"orders" "value":3}"#,
        #"{"metric_type":"orders","value":3,"recorded_at":"2024-13-01"}"#,
        #"{"metric_type":"orders","value":3,"recorded_at":20240101}"#,
        #"{"metric_type":"","value":3}"#, #"{"":1}"#, "{}", "7", #""text""#, "[]", "null", "",
        "{\"metric_type\":\"orders\",\"value\":3,\"source\":\"a\tb\"}",
        #"{"metric_type":"orders","value":3,"source":"a\"b\\"}"#,
        #"{"metric_type":"orders","value":3,"category":"\#(String(repeating: "x", count: 101))"}"#,
        #"{"metric_type":"orders","value":3"#,
        #"{"metric_type":"orders","value":3,"external_id":"order-17/a"}"#,
        #"{"metric_type":"users","value":3,"external_id":"x"},{"metric_type":"users","value":4,"external_id":"x"}"#,
        #"{"metric_type":"users","value":3,"external_id":"x"},{"metric_type":"orders","value":4,"external_id":"x"}"#,
        #"{"metric_type":"orders","value":3,"external_id":" two words "}"#,
        #"{"metric_type":"orders","value":3,"external_id":""}"#,
        #"{"metric_type":"orders","value":3,"external_id":17}"#,
        #"{"metric_type":"orders","value":3,"external_id":"\#(String(repeating: "x", count: 101))"}"#,
    ]

    @Test("a record of JSON is the same whichever way it is read", arguments: records)
    func json(record: String) {
        expectSame(#"{"records":[\#(Self.first),\#(record),\#(Self.first)]}"#, .json)
        expectSame(#"{"records":[\#(record)]}"#, .json)
        expectSame("\(Self.first)\n\(record)\n\(Self.first)", .ndjson)
        expectSame("\(Self.first)\r\n\(record)\r\n", .ndjson)
    }

    @Test(
        "a line of CSV is the same whichever way it is read",
        arguments: [
            "orders,3,2024-01-01,ä,web", "orders,3,,,", "orders,3,2024-01-01,ä", "orders,3,2024-01-01,ä,web,more", "",
            " orders , 3 ,2024-01-01,ä ,web", "orders,\"3\",2024-01-01,\"ä\",web", "orders,3,2024-01-01,'=ä,web",
            "orders,3,2024-01-01,'ä,web", "orders,x,2024-01-01,ä,web", "orders,3,2024-01-01,new,\"a\nb\"", ",,,,",
            "orders,3,1960-01-01,ä,web", "orders,3,2024-01-01,\u{0},web", "orders,3,2024-01-01,ä,\"open",
        ])
    func csv(line: String) {
        let header = "metric_type,value,recorded_at,category,source"
        for end in ["\n", "\r\n", "\r"] {
            let first = "users,1,2024-01-01,ä,web"
            expectSame([header, first, line, first].joined(separator: end) + end, .csv)
            expectSame("\u{FEFF}" + [header, line].joined(separator: end), .csv)
        }
    }

    @Test("bytes that are not UTF-8 are refused on either way")
    func notUTF8() {
        for format in RecordFormat.allCases {
            let (before, after) =
                switch format {
                case .json: (#"{"records":[\#(Self.first),{"metric_type":"users","value":1,"source":""#, #""}]}"#)
                case .ndjson: (Self.first + "\n" + #"{"metric_type":"users","value":1,"source":""#, #""}"#)
                case .csv: ("metric_type,value,source\nusers,1,web\nusers,1,", "\n")
                }
            let body = Array(before.utf8) + [0xC3] + Array(after.utf8)
            let general = reading(body, format, isShifted: true, size: .max / 2)
            if case .points = general { Issue.record("\(format) took what is not UTF-8") }
            #expect(reading(body, format, isShifted: false, size: .max / 2) == general)
        }
    }
}
