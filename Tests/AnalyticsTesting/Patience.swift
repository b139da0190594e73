import Foundation
public import Testing

/// The factor by which this machine's test timeouts are multiplied.
///
/// A limit is never what a test measures: it only ends one that would hang. So it is far longer than the wait takes on
/// an idle machine, and it grows on a slow or busy one.
public enum Patience {
    /// The slowness of this machine, from 1 to 100: 1 is the machine on which the timeouts were chosen.
    ///
    /// `Scripts/test` measures it at the start and passes it on in `ANALYTICSPRO_TEST_PATIENCE`; without that it is 1.
    public static let factor: Double = {
        let text = ProcessInfo.processInfo.environment["ANALYTICSPRO_TEST_PATIENCE"] ?? ""
        guard let factor = Double(text), factor.isFinite else { return 1 }
        return min(max(factor, 1), 100)
    }()

    /// A limit for a wait that takes well below a number of seconds on an idle machine.
    public static func seconds(_ seconds: Double) -> Duration { .seconds(seconds * factor) }
}

extension TimeLimitTrait.Duration {
    /// A limit for any test, an hour at most: it ends what hangs.
    public static var patient: Self { .minutes(Int(min(15 * Patience.factor, 60).rounded(.up))) }
}
