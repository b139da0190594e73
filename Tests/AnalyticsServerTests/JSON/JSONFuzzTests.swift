import Foundation
import Testing

@testable import AnalyticsServer

@Suite struct JSONFuzzTests {
    /// Steele, Lea and Flood's SplitMix64, so that every run is the same.
    private struct Chance: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let seeds = [
        #"{"metric_type":"revenue","value":1250.5,"recorded_at":"2026-11-22"}"#,
        #"{"a":[1,-2.5e3,{"b":null}],"c":true,"d":"é\n\"😀"}"#,
        #"[[],{},"",0,-0.0,1E+2,false]"#,
        " { \"x\" : [ 1 , 2 ] }\n",
    ].map { Array($0.utf8) }

    /// Pieces that matter to a reader of JSON.
    private static let pieces = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", "E", "+", "1", "null", "true", "\t", "\n", " ",
        "é",
        "\\n", "\u{1}", "/",
    ].map { Array($0.utf8) }

    private static func mutated(using chance: inout Chance) -> [UInt8] {
        var bytes = seeds[Int.random(in: seeds.indices, using: &chance)]
        for _ in 0...Int.random(in: 0..<3, using: &chance) {
            let place = Int.random(in: 0...bytes.count, using: &chance)
            let end = min(bytes.count, place + Int.random(in: 0...2, using: &chance))
            switch Int.random(in: 0..<4, using: &chance) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.replaceSubrange(place..<end, with: pieces[Int.random(in: pieces.indices, using: &chance)])
            case 2: bytes.insert(UInt8.random(in: 1...255, using: &chance), at: place)
            default: bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }

    /// Whether Foundation reads it, too.
    private static func isReadable(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    @Test("twenty thousand damaged documents are judged as Foundation judges them")
    func damagedDocuments() {
        var chance = Chance(state: 20_261_123)
        var accepted = 0
        for round in 0..<20_000 {
            let bytes = Self.mutated(using: &chance)
            let isJSON = jsonFault(bytes) == nil
            accepted += isJSON ? 1 : 0
            let text = String(decoding: bytes, as: UTF8.self)

            if isJSON != Self.isReadable(bytes) {
                // Foundation lets a comma stand before a closing bracket, and refuses what no Double holds.
                let isKnown =
                    isJSON
                    ? text.contains(/[eE]\+?[0-9]{3}/) : text.contains(/,[ \t\r\n]*[\]}]/)
                if !isKnown { Issue.record("round \(round): \(isJSON) for \(text) \(bytes)") }
            }
        }
        // Neither all nor none, or the test would say nothing.
        #expect((2_000...18_000).contains(accepted))
    }

    @Test("bytes of chance are refused at a place inside of them")
    func bytesOfChance() {
        var chance = Chance(state: 7)
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &chance)).map { _ in
                UInt8.random(in: .min ... .max, using: &chance)
            }

            if let fault = jsonFault(bytes) { #expect((0...bytes.count).contains(fault.offset)) }
        }
    }
}
