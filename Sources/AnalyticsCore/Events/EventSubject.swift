/// What an event is about, as it was right after that.
public enum EventSubject: Sendable, Equatable {
    case alert(Alert)
    case report(Report)
}
