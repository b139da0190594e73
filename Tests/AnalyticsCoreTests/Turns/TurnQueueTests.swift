import AnalyticsCore
import Testing

@Suite struct TurnQueueTests {
    private func drained(_ queue: TurnQueue<String, Int>) -> [Int] {
        var queue = queue
        var elements: [Int] = []
        while let element = queue.popFirst() { elements.append(element) }
        return elements
    }

    @Test("one owner's elements leave in the order in which they came")
    func order() {
        var queue = TurnQueue<String, Int>()
        for element in 0..<200 { queue.append(element, of: "a") }

        #expect(queue.count == 200)
        #expect(queue.first == 0)
        #expect(drained(queue) == Array(0..<200))
    }

    @Test("an owner waits for one element of each other, however many those have")
    func turns() {
        var queue = TurnQueue<String, Int>()
        for element in 0..<100 { queue.append(element, of: "greedy") }
        queue.append(1_000, of: "modest")
        queue.append(1_001, of: "modest")
        queue.append(2_000, of: "third")

        #expect(drained(queue).prefix(6) == [0, 1_000, 2_000, 1, 1_001, 2])
    }

    @Test("any sequence of adding and taking loses nothing and keeps the order of each owner")
    func model() {
        var generator = SystemRandomNumberGenerator()
        var queue = TurnQueue<Int, (owner: Int, number: Int)>()
        var added = Array(repeating: 0, count: 5)
        var taken = Array(repeating: 0, count: 5)
        for _ in 0..<5_000 {
            let owner = Int.random(in: 0..<5, using: &generator)
            if Bool.random(using: &generator) {
                queue.append((owner, added[owner]), of: owner)
                added[owner] += 1
            } else if let element = queue.popFirst() {
                #expect(element.number == taken[element.owner])
                taken[element.owner] += 1
            } else {
                #expect(added == taken)
            }
            #expect(queue.count == zip(added, taken).reduce(0) { $0 + $1.0 - $1.1 })
        }
        while let element = queue.popFirst() { taken[element.owner] += 1 }
        #expect(added == taken)
        #expect(queue.isEmpty)
        #expect(queue.first == nil)
    }
}
