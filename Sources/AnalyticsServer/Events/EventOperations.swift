import AnalyticsCore
import HTTPTypes

/// What the reference says about events.
extension Operation {
    static let streamEvents = Operation(
        id: "streamEvents", group: .server, summary: "Follow events",
        description: """
            A stream of server-sent events that does not end. `alert-triggered`, `alert-updated` and `alert-resolved` carry \
            the alert as it was right after that, `report-updated` (asked for, begun, failed) and `report-completed` the \
            report, and all of them have an `id`; `data-ingested` says that figures may have changed, at \
            once and then at most four times a second. Who comes back with `Last-Event-ID` is sent what happened since, for \
            seven days. Ids count up by one within a workspace. Only what the token may see is sent: alerts need manage-alerts, \
            reports view-reports. \
            A line that begins with a colon, every 15 seconds, shows that the stream is there. A reader that does not keep up is cut \
            off. A token has at most 100 streams, and so has a user with all tokens unless the operator sets another number; another \
            is 429.
            """,
        parameters: [
            .query(
                "last_event_id", ["type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991],
                "The last event seen, where the header `Last-Event-ID` cannot be sent."),
            .init(
                name: "Last-Event-ID", place: .header,
                schema: ["type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991],
                description: "The last event seen; counts before `last_event_id`."),
        ],
        answer: (
            Schema.string,
            """
            retry: 2000

            event: data-ingested
            data: {"type":"data-ingested","timestamp":"2026-11-23T10:00:00.000Z","data":{"workspace_id":1}}


            """
        ),
        answerTypes: ["text/event-stream"])
}
