/// Numbers keys of 64 bits in the order in which they come, and finds the number of a key.
///
/// It does what a dictionary does, for keys that are made by the program: a client chooses which of them come together but
/// not their bits, and where they are looked for depends on a number of chance.
struct KeyTable: Sendable {
    private var keys: [UInt64] = []
    /// The number of the key that belongs there, from 1; 0 is a free place.
    ///
    /// Made when there are more keys than a glance takes in.
    private var places: [Int32] = []

    private static let multiplier = UInt64.random(in: .min ... .max) | 1
    private static let fewKeys = 8

    /// How many keys there are.
    var count: Int { keys.count }

    /// The number of a key, from 0; nil where it was not appended.
    subscript(key: UInt64) -> Int? {
        if places.isEmpty { return keys.firstIndex(of: key) }
        var place = start(of: key)
        while places[place] != 0 {
            let number = Int(places[place]) - 1
            if keys[number] == key { return number }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Gives a key that is not there the next number.
    mutating func append(_ key: UInt64) {
        keys.append(key)
        if keys.count > Self.fewKeys, keys.count * 2 > places.count {
            places = [Int32](repeating: 0, count: keys.capacity.nextPowerOf2 * 2)
            for number in keys.indices { settle(number) }
        } else if !places.isEmpty {
            settle(keys.count - 1)
        }
    }

    private mutating func settle(_ number: Int) {
        var place = start(of: keys[number])
        while places[place] != 0 { place = (place + 1) & (places.count - 1) }
        places[place] = Int32(truncatingIfNeeded: number + 1)
    }

    private func start(of key: UInt64) -> Int {
        // The high half of a product depends on all bits of both factors.
        let (high, low) = (key &+ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: Self.multiplier)
        return Int(truncatingIfNeeded: high ^ low) & (places.count - 1)
    }
}

extension Int {
    /// The smallest power of two that is not smaller; 1 for anything below 1.
    var nextPowerOf2: Int {
        self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
    }
}
