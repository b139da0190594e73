extension Double {
    /// The number rounded to two decimals, as SVG reads it, the same in every locale; `0` where it is not a number or
    /// beyond a billion, where no chart reaches.
    var coordinate: String {
        let scaled = (self * 100).rounded()
        guard scaled.magnitude < 1e11, let hundredths = Int(exactly: scaled) else { return "0" }
        let (whole, fraction) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "-" : ""
        switch fraction {
        case 0: return "\(sign)\(whole)"
        case 1...9: return "\(sign)\(whole).0\(fraction)"
        default: return fraction.isMultiple(of: 10) ? "\(sign)\(whole).\(fraction / 10)" : "\(sign)\(whole).\(fraction)"
        }
    }
}
