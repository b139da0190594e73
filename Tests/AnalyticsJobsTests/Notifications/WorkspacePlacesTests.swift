import Synchronization
import Testing

@testable import AnalyticsJobs

@Suite struct WorkspacePlacesTests {
    @Test("who waits for one place behind many of another workspace is next but one")
    func turns() {
        let places = WorkspacePlaces(count: 2)
        let begun = Begun()

        for number in 0..<5 { _ = places.add(1) { begun.note("1.\(number)") } }
        _ = places.add(2) { begun.note("2.0") }
        _ = places.add(3) { begun.note("3.0") }
        places.leave(1)
        places.leave(2)
        places.leave(3)

        // One of the first workspace at a time, so that the other place is left for others, who come in turns.
        #expect(begun.list == ["1.0", "2.0", "3.0", "1.1"])
    }

    @Test("a workspace alone has a fifth of the places, and a hundred of it may wait")
    func shares() {
        let places = WorkspacePlaces(count: 16)
        let begun = Begun()

        let added = (0..<200).map { number in places.add(1) { begun.note("\(number)") } }

        #expect(begun.list.count == 4)
        #expect(added.count { $0 } == 104)
    }

    private final class Begun: Sendable {
        private let names = Mutex<[String]>([])

        var list: [String] { names.withLock { $0 } }
        func note(_ name: String) { names.withLock { $0.append(name) } }
    }
}
