public import struct Foundation.TimeZone

/// A report as somebody asks for it.
public struct NewReport: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// How long a time it is about.
    public let type: ReportType
    /// When it is to be made; nil for at once.
    public let scheduledAt: Instant?
    /// Whether it is made again and again from then on.
    public let repeats: Bool
    /// Who is sent it.
    public let recipients: [EmailAddress]

    /// How many characters its name may have.
    public static let nameLength = 1...100
    /// How many recipients it may have.
    public static let mostRecipients = 50

    /// A report of the given parts.
    public init(
        name: String, type: ReportType, scheduledAt: Instant? = nil, repeats: Bool = false,
        recipients: [EmailAddress] = []
    ) {
        self.name = name
        self.type = type
        self.scheduledAt = scheduledAt
        self.repeats = repeats
        self.recipients = recipients
    }

    /// Reads what somebody asks for.
    ///
    /// - Parameters:
    ///   - name, type, scheduledAt, repeats: What was sent for each field.
    ///   - recipients: What was sent as a list, and what was sent.
    ///   - zone: Whose clocks a time without an offset is of.
    ///   - rules: Note what is wrong.
    /// - Returns: Nil where something is.
    public init?(
        name: FieldInput, type: FieldInput, scheduledAt: FieldInput, repeats: FieldInput,
        recipients: (elements: [FieldInput]?, input: FieldInput), in zone: TimeZone, rules: inout FieldRules
    ) {
        let name = rules.text(name, "name", required: true, length: Self.nameLength)
        let type: ReportType? = rules.choice(type, "type")
        let instant = rules.instant(scheduledAt, "scheduled_at", in: zone)
        let repeats = rules.boolean(repeats, "repeat")
        let addresses = rules.reportRecipients(recipients.elements, recipients.input)
        guard rules.issues.isEmpty, let name, let type, let addresses else { return nil }
        self.init(
            name: name, type: type, scheduledAt: instant, repeats: repeats ?? false, recipients: addresses)
    }
}

extension FieldRules {
    /// The addresses that a report is sent to, each once; none where the field is missing.
    public mutating func reportRecipients(_ elements: [FieldInput]?, _ input: FieldInput) -> [EmailAddress]? {
        if case .missing = input, elements == nil { return [] }
        if let elements, elements.isEmpty { return [] }
        return recipients(elements, input, "recipients", count: 1...NewReport.mostRecipients)
    }

    /// An instant in the form `2026-11-23T10:00:00Z`, or, without an offset, a time on the clocks of a zone; nil where
    /// it is missing.
    public mutating func instant(_ input: FieldInput, _ field: String, in zone: TimeZone) -> Instant? {
        switch input {
        case .missing:
            return nil
        case .text(let bytes):
            if let instant = Instant(bytes) ?? Instant(local: bytes, in: zone) { return instant }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        refuse(
            field, .date,
            "The \(Self.spoken(field)) field must be a valid date, such as 2026-11-23T10:00:00Z, or 2026-11-23T10:00:00 "
                + "in the workspace's time zone.")
        return nil
    }
}

extension Instant {
    /// The instant at which the clocks of a zone show what a text says, or nil.
    ///
    /// Such a text is `2026-11-23T10:00:00`, `2026-11-23T10:00` or `2026-11-23`, which is its begin. Years are 1970 to
    /// 9999. Where the clocks leave that time out it is the first instant after the gap; where it comes twice, the first.
    public init?(local text: some Collection<UInt8>, in zone: TimeZone) {
        let bytes = Array(text)
        guard let day = Day(bytes.prefix(10)), day >= .epoch else { return nil }
        if bytes.count == 10 {
            self = day.start(in: zone)
            return
        }
        guard bytes.count == 16 || bytes.count == 19, bytes[10] == UInt8(ascii: "T"),
            let time = LocalTime(bytes[11..<16])
        else { return nil }
        var seconds: Int64 = 0
        if bytes.count == 19 {
            guard bytes[16] == UInt8(ascii: ":"), let number = Int64(String(decoding: bytes[17...], as: UTF8.self)),
                bytes[17] != UInt8(ascii: "+"), (0..<60).contains(number)
            else { return nil }
            seconds = number
        }
        self = time.instant(on: day, in: zone).advanced(bySeconds: seconds)
    }
}
