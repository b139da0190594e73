/// What became of one try to deliver something.
public enum DeliveryResult: Sendable, Equatable {
    /// It arrived; with the answer's status, if there is such a thing.
    case delivered(statusCode: Int?)
    /// The receiver is gone and wants nothing more (410).
    case gone(statusCode: Int)
    /// It did not arrive and can be tried again.
    case failed(statusCode: Int? = nil, error: String, retryAfterSeconds: Int64? = nil)
    /// It never will.
    case refused(error: String)

    /// The answer's status; nil where there was none.
    public var statusCode: Int? {
        switch self {
        case .delivered(let code): code
        case .gone(let code): code
        case .failed(let code, _, _): code
        case .refused: nil
        }
    }

    /// What went wrong; nil where nothing did.
    public var error: String? {
        switch self {
        case .delivered: nil
        case .gone: "The receiver is gone (410)."
        case .failed(_, let error, _), .refused(let error): error
        }
    }
}
