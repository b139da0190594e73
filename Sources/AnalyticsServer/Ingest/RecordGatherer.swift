import AnalyticsCore

/// Makes data points of the records of a body and gathers what is wrong with them.
struct RecordGatherer {
    /// Points with the numbers of their records, as those are called in errors.
    struct Records {
        fileprivate(set) var points = PointBatch()
        fileprivate(set) var numbers: [Int] = []
    }

    /// By what the records are counted, which begins their fields' names in errors: `lines` or `records`.
    let unit: String
    private let today: Day
    private let lastDay: Day?
    private let most: Int
    /// What was taken and not handed on yet; nothing once there is a fault.
    private(set) var records = Records()
    /// Whether the rest need not be read.
    private(set) var isStopped = false
    /// The faults that are listed.
    private(set) var issues: [ValidationError.Issue] = []
    private var unlistedIssues = 0
    private var count = 0

    /// How many faults are listed; of the others only the number is told.
    private static let mostIssues = ImportProgress.mostIssues

    /// - Parameters:
    ///   - format: In which form the records come.
    ///   - today: The workspace's date.
    ///   - lastDay: A day that is to become today and every other day to move with it, if any.
    ///   - most: How many records there may be.
    init(_ format: RecordFormat, today: Day, lastDay: Day? = nil, most: Int = .max) {
        unit = format == .json ? "records" : "lines"
        self.today = today
        self.lastDay = lastDay
        self.most = most
    }

    /// Whether no fault was found so far.
    var isValid: Bool { issues.isEmpty }

    /// How many faults were found so far.
    var issueCount: Int { issues.count + unlistedIssues }

    /// Takes the next record.
    ///
    /// - Parameters:
    ///   - fields: What was sent.
    ///   - number: Its line, counted from 1, or its index, counted from 0.
    mutating func take(_ fields: NewPoint.Fields, number: Int) {
        count += 1
        guard count <= most else {
            stop("", .limit, "The \(unit) field must not have more than \(most) items.")
            return
        }
        do throws(ValidationError) {
            let point = try NewPoint(validating: fields, today: today, lastDay: lastDay)
            guard isValid else { return }
            try records.points.append(point)
            records.numbers.append(number)
        } catch {
            for issue in error.issues { refuse(number, issue.field, issue.code, issue.message) }
        }
    }

    /// Takes the next record the short way, if it can go that way.
    ///
    /// - Parameters:
    ///   - fields: Where what was sent stands.
    ///   - bytes: What it stands in.
    ///   - number: As in ``take(_:number:)``, which is the way for what was not taken.
    /// - Returns: Whether it was taken.
    mutating func takePlain(_ fields: PointBatch.Fields, in bytes: UnsafeBufferPointer<UInt8>, number: Int) -> Bool {
        guard isValid, lastDay == nil, count < most, records.points.append(fields, in: bytes, today: today) else {
            return false
        }
        count += 1
        records.numbers.append(number)
        return true
    }

    /// Notes a fault of a record's field of that name, or of all of it where the name is empty.
    mutating func refuse(
        _ number: Int, _ field: String, _ code: ValidationError.Code, _ message: String
    ) {
        refuse(.init(field: "\(unit).\(number)" + (field.isEmpty ? "" : ".\(field)"), code: code, message: message))
    }

    /// Notes a fault after which nothing more can be read.
    ///
    /// - Parameter place: What stands behind the unit and a dot; empty for all records together.
    mutating func stop(_ place: String, _ code: ValidationError.Code, _ message: String) {
        refuse(.init(field: place.isEmpty ? unit : "\(unit).\(place)", code: code, message: message))
        stop()
    }

    /// Has the rest not read.
    mutating func stop() {
        isStopped = true
    }

    /// Notes what the database refused of points that were handed on.
    ///
    /// It counts from the first of them, `records.3.value`, or names only the field of a single one.
    mutating func refuse(_ error: ValidationError, of records: Records) {
        for issue in error.issues {
            let parts = issue.field.split(separator: ".")
            if parts.count == 3, let index = Int(parts[1]), records.numbers.indices.contains(index) {
                refuse(records.numbers[index], String(parts[2]), issue.code, issue.message)
            } else if parts.count == 1, records.numbers.count == 1 {
                refuse(records.numbers[0], issue.field, issue.code, issue.message)
            } else {
                refuse(issue)
            }
        }
    }

    private mutating func refuse(_ issue: ValidationError.Issue) {
        if issues.count < Self.mostIssues { issues.append(issue) } else { unlistedIssues += 1 }
        records = Records()
    }

    /// Hands on the records that were taken since the last time.
    mutating func handOn() -> Records {
        defer { records = Records() }
        return records
    }

    /// Throws what was found.
    ///
    /// - Throws: ``ValidationError`` with every fault, or with the one that there is no record.
    func check() throws(ValidationError) {
        var issues = issues
        if issues.isEmpty, count == 0 {
            issues.append(
                unit == "records"
                    ? .init(field: unit, code: .required, message: "The records field is required.")
                    : .init(field: "\(unit).1", code: .required, message: "The file has no data."))
        }
        if unlistedIssues > 0 {
            issues.append(.init(field: unit, code: .limit, message: "There are \(unlistedIssues) more faults."))
        }
        guard issues.isEmpty else { throw ValidationError(issues: issues) }
    }
}
