import Testing

@testable import AnalyticsServer

@Suite struct CSVReaderTests {
    /// Reads pieces.
    ///
    /// - Returns: Each record as `line:field|field`, and at the end, where there is one, the fault.
    private func records(_ pieces: [[UInt8]]) -> [String] {
        var reader = CSVReader()
        var shown: [String] = []
        func note(_ record: CSVReader.Record) {
            let fields = record.fields.map { String(decoding: $0, as: UTF8.self) }
            shown.append("\(record.line):" + fields.joined(separator: "|"))
        }
        do {
            for piece in pieces { try reader.read(piece, note) }
            try reader.finish(note)
        } catch let error as CSVReader.Malformed {
            shown.append("\(error.line)! \(error.reason)")
        } catch {
            shown.append("\(error)")
        }
        return shown
    }

    private func records(_ text: String) -> [String] {
        records([Array(text.utf8)])
    }

    @Test(
        "records and their lines are found whatever ends the lines",
        arguments: [
            ("", []), ("\n", []), ("\r\n\r\n", []), ("a", ["1:a"]), ("a\n", ["1:a"]),
            ("a,b\nc,d\n", ["1:a|b", "2:c|d"]),
            ("a,b\r\nc,d\r\n", ["1:a|b", "2:c|d"]), ("a,b\rc,d\r", ["1:a|b", "2:c|d"]),
            ("a,b\nc,d", ["1:a|b", "2:c|d"]),
            ("a\r\n\rb\n\nc", ["1:a", "3:b", "5:c"]), ("\n\n a \n", ["3: a "]),
            ("a,\n,b\n,\n", ["1:a|", "2:|b", "3:|"]),
            (",,", ["1:||"]), ("a\n\r\nb", ["1:a", "3:b"]),
        ] as [(String, [String])])
    func lines(text: String, expected: [String]) {
        #expect(records(text) == expected)
    }

    @Test("a field in quotation marks holds commas, line ends and doubled quotation marks")
    func quotes() {
        #expect(records("\"a\",\"b\"") == ["1:a|b"])
        #expect(records("\"a,b\",c") == ["1:a,b|c"])
        #expect(records("\"a\"\"b\"") == ["1:a\"b"])
        #expect(records("\"\"") == ["1:"])
        #expect(records("\"\"\"\"\n") == ["1:\""])
        #expect(records("\"\",x") == ["1:|x"])
        #expect(records("\"a\nb\",c\nd") == ["1:a\nb|c", "3:d"])
        #expect(records("\"a\r\nb\rc\"\r\nd") == ["1:a\r\nb\rc", "4:d"])
        #expect(records("\"\"\"a\"\"\",\"\"\n") == ["1:\"a\"|"])
        #expect(records("x\"y\",z\n") == ["1:x\"y\"|z"])
        #expect(records(" \"a\"\n") == ["1: \"a\""])
        #expect(records("\"a\r\"\nb") == ["1:a\r", "3:b"])
    }

    @Test("a byte order mark at the start is passed over, and only there")
    func mark() {
        #expect(records("\u{FEFF}a,b\n") == ["1:a|b"])
        #expect(records("\u{FEFF}\"a\"\n") == ["1:a"])
        #expect(records("\u{FEFF}") == [])
        #expect(records("\u{FEFF}\u{FEFF}a") == ["1:\u{FEFF}a"])
        #expect(records("a\n\u{FEFF}b") == ["1:a", "2:\u{FEFF}b"])
        // U+FEFA begins with two bytes of the mark.
        #expect(records("\u{FEFA}a\nb") == ["1:\u{FEFA}a", "2:b"])
    }

    @Test(
        "what is no CSV is named with its line",
        arguments: [
            ("a\n\"b", ["1:a", "2! A quotation mark is opened and never closed."]),
            ("a\n\n\"b\nc\nd", ["1:a", "3! A quotation mark is opened and never closed."]),
            ("\"a\"b\n", ["1! Something follows a closing quotation mark."]),
            ("a\n\"b\" ,c\n", ["1:a", "2! Something follows a closing quotation mark."]),
            ("\"a\nb\"c", ["2! Something follows a closing quotation mark."]),
        ] as [(String, [String])])
    func malformed(text: String, expected: [String]) {
        #expect(records(text) == expected)
    }

    @Test("a record of 65,536 bytes is read and a longer one is not")
    func longRecords() {
        let longest = String(repeating: "x", count: 65_536)
        let fault = "A record has more than 65536 bytes."

        #expect(records("a\n\(longest)\nb") == ["1:a", "2:\(longest)", "3:b"])
        #expect(records("a\n\(longest)x\nb") == ["1:a", "2! \(fault)"])
        #expect(records("a\n\"\(longest)\nb") == ["1:a", "2! \(fault)"])
    }

    @Test("a record of nothing but commas is bounded, too")
    func manyFields() {
        let fault = "A record has more than 65536 bytes."

        #expect(records("a\n" + String(repeating: ",", count: 200_000)) == ["1:a", "2! \(fault)"])
        #expect(records(String(repeating: "\"\",", count: 200_000)) == ["1! \(fault)"])
    }

    @Test("pieces of any size give the same records")
    func splits() {
        let text = "\u{FEFF}a,\"b\"\"\r\nc\"\r\n\r\n\"\",é\n\rx,\"y\"\r\"z\n\",\"\"\"\"\r\nend"
        let bytes = Array(text.utf8)
        let expected = ["1:a|b\"\r\nc", "4:|é", "6:x|y", "7:z\n|\"", "9:end"]
        #expect(records([bytes]) == expected)

        #expect(records(bytes.map { [$0] }) == expected)
        for first in bytes.indices {
            for second in first..<bytes.count {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                if records(pieces) != expected { Issue.record("split at \(first) and \(second)") }
            }
        }
    }

    @Test("a fault has the same line however the file arrives")
    func splitFaults() {
        let bytes = Array("a,b\r\n\"c\r\nd\"e\n".utf8)
        for place in bytes.indices {
            #expect(
                records([Array(bytes[..<place]), Array(bytes[place...])])
                    == ["1:a|b", "3! Something follows a closing quotation mark."])
        }
    }

    @Test("what the caller throws ends the reading")
    func thrown() {
        struct Enough: Error {}
        var reader = CSVReader()
        var count = 0

        #expect(throws: Enough.self) {
            try reader.read("a\nb\nc\n".utf8) { _ in
                count += 1
                if count == 2 { throw Enough() }
            }
        }
        #expect(count == 2)
    }
}
