extension FieldRules {
    /// A URL that notifications can be sent to.
    public mutating func webhookURL(_ input: FieldInput, _ field: String) -> WebhookURL? {
        guard let text = text(input, field, required: true, length: 1...WebhookURL.longest) else { return nil }
        let name = Self.spoken(field)
        do throws(WebhookURL.Fault) {
            return try WebhookURL(text)
        } catch {
            switch error {
            case .tooLong, .notAURL:
                refuse(
                    field, .url,
                    "The \(name) field must be a URL of http or https with a host, such as https://example.com/hook.")
            case .credentials:
                refuse(field, .url, "The \(name) field must not contain a user or password.")
            case .fragment:
                refuse(field, .url, "The \(name) field must not contain a fragment (#).")
            }
            return nil
        }
    }

    /// Severities, each once and in the order of ``Severity``.
    ///
    /// - Parameters:
    ///   - elements: What was sent as a list, at least the first four of its elements; nil where it was none.
    ///   - field: The field's name.
    ///   - allowsNone: Whether an empty list is one.
    public mutating func severities(
        _ elements: [FieldInput]?, _ field: String, allowsNone: Bool
    ) -> [Severity]? {
        let name = Self.spoken(field)
        guard let elements else {
            refuse(field, .inList, "The \(name) field must be an array.")
            return nil
        }
        if elements.isEmpty, !allowsNone {
            refuse(field, .minLength, "The \(name) field must have at least 1 items.")
            return nil
        }
        let limit = Severity.allCases.count
        guard elements.count <= limit else {
            refuse(field, .maxLength, "The \(name) field must not have more than \(limit) items.")
            return nil
        }
        var chosen: Set<Severity> = []
        var isFit = true
        for (index, element) in elements.enumerated() {
            if case .text(let bytes) = element,
                let severity = Severity(rawValue: String(decoding: bytes, as: UTF8.self))
            {
                chosen.insert(severity)
            } else {
                isFit = false
                refuse(
                    "\(field).\(index)", .inList,
                    "The selected \(name).\(index) is invalid. It must be critical, warning or info.")
            }
        }
        return isFit ? Severity.allCases.filter(chosen.contains) : nil
    }

    /// E-mail addresses, each once.
    ///
    /// - Parameters:
    ///   - elements: What was sent as a list, at least one element more than is allowed; nil where it was none.
    ///   - input: What was sent.
    ///   - field: The field's name.
    ///   - count: How many there may be.
    public mutating func recipients(
        _ elements: [FieldInput]?, _ input: FieldInput, _ field: String,
        count: ClosedRange<Int> = NewAlertChannel.recipientCount
    ) -> [EmailAddress]? {
        let name = Self.spoken(field)
        guard let elements else {
            if case .missing = input {
                refuseMissing(field)
            } else {
                refuse(field, .inList, "The \(name) field must be an array.")
            }
            return nil
        }
        guard elements.count >= count.lowerBound else {
            refuse(field, .minLength, "The \(name) field must have at least \(count.lowerBound) items.")
            return nil
        }
        guard elements.count <= count.upperBound else {
            refuse(field, .maxLength, "The \(name) field must not have more than \(count.upperBound) items.")
            return nil
        }
        var addresses: [EmailAddress] = []
        var isFit = true
        for (index, element) in elements.enumerated() {
            guard let address = email(element, "\(field).\(index)") else {
                isFit = false
                continue
            }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return isFit ? addresses : nil
    }
}
