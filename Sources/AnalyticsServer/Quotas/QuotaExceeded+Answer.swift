import AnalyticsCore
import HTTPTypes

extension APIError {
    /// The answer to a request that would store more than the workspace may.
    static func quotaExceeded(_ reason: QuotaExceeded) -> APIError {
        switch reason {
        case .pointsPerDay(_, let day), .reportsPerDay(_, let day):
            quotaExceeded(reason.sentence, until: day)
        case .points:
            APIError(status: .forbidden, code: "quota_exceeded", message: reason.sentence)
        case .disk:
            APIError(
                status: .serviceUnavailable, code: "unavailable", message: reason.sentence,
                headers: [.retryAfter: "60"])
        }
    }
}

extension APIError {
    /// The answer to a request that is beyond a quota of the day.
    static func quotaExceeded(_ message: String, until day: QuotaDay) -> APIError {
        APIError(
            status: .tooManyRequests, code: "quota_exceeded", message: message,
            headers: [
                .retryAfter: String(day.secondsLeft), .rateLimitReset: String(day.end.milliseconds / 1_000),
            ])
    }
}

extension QuotaExceeded {
    /// The reason, for people.
    var sentence: String {
        switch self {
        case .pointsPerDay(let most, _):
            "The workspace must not store more than \(Self.points(most)) a day. "
                + "The next day begins at 00:00 UTC."
        case .points(let most):
            "The workspace must not have more than \(Self.points(most)). "
                + "Remove some, or ask the server's operator for more."
        case .reportsPerDay(let most, _):
            "The workspace must not ask for more than \(FigureText.whole(most)) reports a day. "
                + "The next day begins at 00:00 UTC."
        case .disk:
            "The server's disk is nearly full, so the largest workspaces cannot store data points now."
        }
    }

    private static func points(_ count: Int) -> String {
        "\(FigureText.whole(count)) data point\(count == 1 ? "" : "s")"
    }
}
