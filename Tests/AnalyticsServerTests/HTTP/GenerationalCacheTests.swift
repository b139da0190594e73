import Testing

@testable import AnalyticsServer

@Suite struct GenerationalCacheTests {
    @Test("what was stored is found, and what was removed is not")
    func storing() {
        let cache = GenerationalCache<Int, String>(capacity: 10)
        cache.insert("one", for: 1)
        cache.insert("two", for: 2)
        cache.remove(1)

        #expect(cache[1] == nil)
        #expect(cache[2] == "two")
        #expect(cache[3] == nil)
    }

    @Test("a new value takes the place of the old one, in whichever half that is")
    func replacing() {
        let cache = GenerationalCache<Int, Int>(capacity: 4)
        cache.insert(1, for: 1)
        cache.insert(2, for: 2)
        cache.insert(3, for: 3)
        cache.insert(10, for: 1)

        #expect(cache[1] == 10)
        cache.remove(1)
        #expect(cache[1] == nil)
    }

    @Test("it never holds more than its capacity", arguments: [2, 3, 10, 101])
    func bound(capacity: Int) {
        let cache = GenerationalCache<Int, Int>(capacity: capacity)
        for key in 0..<1000 { cache.insert(key, for: key) }

        // Looking from the newest down does not bring back what is gone.
        let held = (0..<1000).reversed().filter { cache[$0] != nil }

        #expect(held.count <= capacity)
        #expect(held.first == 999)
    }

    @Test("what is asked for again and again stays through a flood of others")
    func keepingWhatIsUsed() {
        let cache = GenerationalCache<Int, String>(capacity: 10)
        cache.insert("kept", for: -1)

        for key in 0..<1000 {
            cache.insert("flood", for: key)
            #expect(cache[-1] == "kept")
        }
        #expect(cache[0] == nil)
    }

    @Test("what was read before a removal is not stored after it")
    func insertAfterRemoval() {
        let cache = GenerationalCache<Int, String>(capacity: 10)

        let before = cache.removals
        cache.remove(1)
        cache.insert("stale", for: 1, ifStillAt: before)
        #expect(cache[1] == nil)

        cache.insert("fresh", for: 1, ifStillAt: cache.removals)
        #expect(cache[1] == "fresh")
    }

    @Test("many tasks at once do it no harm")
    func concurrency() async {
        let cache = GenerationalCache<Int, Int>(capacity: 50)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<500 {
                        let key = (task * 31 + round) % 100
                        cache.insert(key, for: key)
                        if round.isMultiple(of: 7) { cache.remove(key) }
                        let found = cache[key]
                        #expect(found == nil || found == key)
                    }
                }
            }
        }
    }
}
