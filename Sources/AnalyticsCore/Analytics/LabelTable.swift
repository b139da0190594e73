/// Numbers labels in the order in which they come, and finds the number of a label by its bytes.
struct LabelTable: Sendable {
    /// The labels by number.
    private(set) var labels: [Label] = []
    /// The number of the label that belongs there, from 1; 0 is a free place.
    private var places: [Int32] = []

    private static let fewLabels = 4

    /// The number of a label, which is appended where it is new.
    mutating func number(of label: Label) -> Int32 {
        var text = label.text
        return text.withUTF8 { bytes in
            if let known = number(ofKnown: bytes) { return known }
            labels.append(label)
            if labels.count > Self.fewLabels, labels.count * 2 > places.count {
                places = [Int32](repeating: 0, count: labels.capacity.nextPowerOf2 * 2)
                for number in labels.indices {
                    var text = labels[number].text
                    text.withUTF8 { settle(number, hash: Self.hash($0)) }
                }
            } else if !places.isEmpty {
                settle(labels.count - 1, hash: Self.hash(bytes))
            }
            return Int32(truncatingIfNeeded: labels.count - 1)
        }
    }

    /// The number of the label of those bytes; nil where there is none.
    func number(ofKnown bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        if places.isEmpty {
            return labels.firstIndex { $0.isEqual(to: bytes) }.map { Int32(truncatingIfNeeded: $0) }
        }
        var place = Self.hash(bytes) & (places.count - 1)
        while places[place] != 0 {
            let number = places[place] - 1
            if labels[Int(number)].isEqual(to: bytes) { return number }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    private mutating func settle(_ number: Int, hash: Int) {
        var place = hash & (places.count - 1)
        while places[place] != 0 { place = (place + 1) & (places.count - 1) }
        places[place] = Int32(truncatingIfNeeded: number + 1)
    }

    /// Clients choose the bytes, so the hash is one that they cannot foresee.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        return hasher.finalize()
    }
}

extension Label {
    fileprivate func isEqual(to bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var text = text
        return text.withUTF8 { $0.hasSameBytes(as: bytes) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether both are the same bytes; for the few of a name quicker than any other way.
    func hasSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
