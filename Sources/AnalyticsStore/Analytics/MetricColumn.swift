import AnalyticsCore

extension Metric {
    /// How tables hold it.
    ///
    /// A number once given stays.
    var column: Int64 {
        switch self {
        case .revenue: 1
        case .users: 2
        case .orders: 3
        case .conversionRate: 4
        case .bounceRate: 5
        case .sessionDuration: 6
        case .pageViews: 7
        }
    }

    /// The metric that a table's number stands for, or nil.
    init?(column: Int64) {
        guard let metric = Metric.allCases.first(where: { $0.column == column }) else { return nil }
        self = metric
    }
}

extension Row {
    /// The metric in a column.
    func metric(_ column: Int) throws -> Metric {
        let number = try integer(column)
        guard let metric = Metric(column: number) else {
            throw StoreError.unexpected(value: "\(number)", column: column)
        }
        return metric
    }
}
