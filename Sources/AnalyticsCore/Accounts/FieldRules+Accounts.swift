public import struct Foundation.TimeZone

extension FieldRules {
    /// An e-mail address, which must be there.
    public mutating func email(_ input: FieldInput, _ field: String) -> EmailAddress? {
        guard let text = text(input, field, required: true, length: 1...Int.max) else { return nil }
        if text.unicodeScalars.count > EmailAddress.longest {
            refuse(
                field, .maxLength,
                "The \(Self.spoken(field)) field must not be greater than \(EmailAddress.longest) characters.")
        } else if let email = EmailAddress(text) {
            return email
        } else {
            refuse(field, .email, "The \(Self.spoken(field)) field must be a valid email address.")
        }
        return nil
    }

    /// A role by its name, or nil where it is missing and need not be there.
    public mutating func role(_ input: FieldInput, _ field: String, required: Bool = true) -> Role? {
        if case .missing = input, !required { return nil }
        return choice(input, field)
    }

    /// A time zone by its name in IANA's database, which must be there.
    ///
    /// The name counts as it is spelt there; offsets such as `GMT+3` are none.
    public mutating func timeZone(_ input: FieldInput, _ field: String) -> TimeZone? {
        switch input {
        case .missing:
            refuseMissing(field)
            return nil
        case .text(let bytes):
            if let zone = TimeZone(named: String(decoding: bytes, as: UTF8.self)) { return zone }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        refuse(
            field, .timeZone, "The \(Self.spoken(field)) field must be a valid timezone, such as Europe/Berlin.")
        return nil
    }

    /// A currency by its code, which must be there.
    public mutating func currency(_ input: FieldInput, _ field: String) -> String? {
        switch input {
        case .missing:
            refuseMissing(field)
            return nil
        case .text(let bytes):
            let code = String(decoding: bytes, as: UTF8.self)
            if CurrencyCode.all.contains(code) { return code }
        case .boolean, .nested, .number, .unprintable:
            break
        }
        refuse(
            field, .inList,
            "The selected \(Self.spoken(field)) is invalid. It must be a code of ISO 4217, such as USD.")
        return nil
    }
}

extension TimeZone {
    /// The zone of a name in IANA's database, or nil.
    public init?(named name: String) {
        if name == "UTC" || name == "GMT" {
            self = .gmt
            return
        }
        // The calendar also takes offsets, and makes names of its own of them.
        guard let first = name.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first),
            !name.hasPrefix("GMT"), let zone = TimeZone(identifier: name), zone.identifier == name
        else { return nil }
        self = zone
    }
}
