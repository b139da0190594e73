/// A CSV file of the shape of a shop's real one: an invoice a line with country and source, orders by country and users
/// by day, over 40 days from 2010-12-01 on.
///
/// Made by a rule, so its totals are known.
public enum GeneratedSales {
    /// How many data points it has: 40 days of 10 invoices, 4 counts of orders and one of users.
    public static let count = 600
    /// The sum of its revenue: see ``csv`` for the rule, and a calculator for the sum.
    public static let revenue = "47988"
    /// Its last day.
    public static let lastDay = "2011-01-09"
    /// The revenue of each country.
    public static let revenueByCountry = [
        "United Kingdom": "23988", "France": "14400", "EIRE": "9600", "Australia": "0",
    ]

    /// The file.
    ///
    /// Invoice n of a day (0 to 9) is of the United Kingdom for n up to 4, of France for 5 to 7, of EIRE for 8 and of
    /// Australia for 9. It is over 119.94 in the United Kingdom, 120.00 in France, 240.00 in EIRE; that of Australia is
    /// 5.25 on even days and a cancellation of -5.25 on odd ones.
    public static let csv: String = {
        var lines = ["metric_type,value,recorded_at,category,source"]
        for day in 0..<40 {
            let date = date(day)
            for (country, orders) in [("United Kingdom", 5), ("France", 3), ("EIRE", 1), ("Australia", 1)] {
                lines.append("orders,\(orders),\(date),\(country),invoice")
            }
            for number in 0..<10 {
                let (country, value) =
                    switch number {
                    case 0...4: ("United Kingdom", "119.94")
                    case 5...7: ("France", "120.00")
                    case 8: ("EIRE", "240.00")
                    default: ("Australia", day.isMultiple(of: 2) ? "5.25" : "-5.25")
                    }
                lines.append("revenue,\(value),\(date),\(country),invoice")
            }
            lines.append("users,\(10 + day % 3),\(date),,")
        }
        return lines.joined(separator: "\n") + "\n"
    }()

    private static func date(_ day: Int) -> String {
        let (month, dayOfMonth) = day < 31 ? ("2010-12", day + 1) : ("2011-01", day - 30)
        return dayOfMonth < 10 ? "\(month)-0\(dayOfMonth)" : "\(month)-\(dayOfMonth)"
    }
}
