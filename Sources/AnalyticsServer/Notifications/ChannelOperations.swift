import AnalyticsCore
import HTTPTypes

/// What the reference says about channels and deliveries.
extension Operation {
    static let listChannels = Operation(
        id: "listChannels", group: .notifications, summary: "List channels", description: "Newest first.",
        parameters: Parameter.paging(defaultSize: 20),
        answer: (Schema.page(of: Schema.named("Channel")), Example.page([ChannelSchemas.example], path: "channels")))

    static let createChannel = Operation(
        id: "createChannel", group: .notifications, summary: "Create a channel",
        description: """
            Through a channel the workspace's alerts are told: when one is opened or resolved, and as reminders. `webhook` \
            and `slack` need `url`, `email` needs `recipients`, and a server with mail. The URL must not lead to a private, \
            local or reserved address, unless the operator allows it. `severities` are all unless given.

            A recipient that is no member's confirmed address gets one mail with a link, and nothing else before it \
            confirms: `unconfirmed_recipients` says who has not.

            A webhook gets `{"type", "timestamp", "data"}` with the alert as `data`, signed after Standard Webhooks \
            (standardwebhooks.com) with the `secret`, which is shown this once. It must answer 2xx within ten seconds; \
            410 stops the channel; anything else is tried again over three days. Beyond 20 in a minute notifications come \
            together when the minute is over, in one of type `alerts-digest` with `{"alerts", "omitted"}` as `data`: at most \
            100 alerts, and the number of those left out. Critical ones always come singly, up to 400 in a minute. `slack` takes the URL of an incoming \
            webhook, of which only the host is shown afterwards.
            """,
        body: (
            Schema.body(
                required: ["name", "kind"],
                ChannelSchemas.sent.adding(["kind": .enumeration(ChannelTarget.Kind.allCases.map(\.rawValue))])),
            ["name": "On call", "kind": "webhook", "url": "https://example.com/hook", "severities": ["critical"]]
        ),
        status: .created, answer: (Schema.data(ChannelSchemas.issued), ["data": ChannelSchemas.issuedExample]),
        links: ["getChannel", "updateChannel", "deleteChannel", "testChannel", "rotateChannel", "listDeliveries"])

    static let getChannel = Operation(
        id: "getChannel", group: .notifications, summary: "Get a channel", parameters: [.id(of: "the channel")],
        answer: (Schema.data(Schema.named("Channel")), ["data": ChannelSchemas.example]))

    static let updateChannel = Operation(
        id: "updateChannel", group: .notifications, summary: "Change a channel",
        description: """
            What is left out stays; `kind` cannot be changed. What waits for a channel that is made inactive is given up. \
            One that the server stopped (`disabled_reason`) is used again with `is_active` true.
            """,
        parameters: [.id(of: "the channel")],
        body: (Schema.body(required: [], ChannelSchemas.sent), ["severities": ["critical", "warning"]]),
        answer: (Schema.data(Schema.named("Channel")), ["data": ChannelSchemas.example]))

    static let deleteChannel = Operation(
        id: "deleteChannel", group: .notifications, summary: "Delete a channel",
        description: "With its log and with what waits for it.", parameters: [.id(of: "the channel")],
        answer: (Schema.message, ["message": "Channel deleted successfully."]))

    static let testChannel = Operation(
        id: "testChannel", group: .notifications, summary: "Test a channel",
        description: """
            Sends a notification of type `test`, also through a channel that is not active. What became of it stands in \
            the channel's deliveries.
            """,
        parameters: [.id(of: "the channel")], body: (Schema.body(required: [], [:]), [:]), status: .created,
        answer: (Schema.data(Schema.named("Delivery")), ["data": ChannelSchemas.queuedExample]),
        links: ["replayDelivery"])

    static let rotateChannel = Operation(
        id: "rotateChannel", group: .notifications, summary: "Give a webhook another secret",
        description: "It is shown this once. For 24 hours messages are signed with the former one, too.",
        parameters: [.id(of: "the channel")], body: (Schema.body(required: [], [:]), [:]),
        answer: (Schema.data(ChannelSchemas.issued), ["data": ChannelSchemas.issuedExample]),
        refusals: [.conflict: "The channel is no webhook, or another request changed it at the same moment."])

    static let listDeliveries = Operation(
        id: "listDeliveries", group: .notifications, summary: "List a channel's deliveries",
        description: """
            Newest first, with up to 20 tries of each, the last first. `message_id` is the header `webhook-id`, the same \
            for each try. Finished ones go after 30 days.
            """,
        parameters: [.id(of: "the channel")] + Parameter.paging(defaultSize: 20),
        answer: (
            Schema.page(of: Schema.named("Delivery")),
            Example.page([ChannelSchemas.deliveryExample], path: "channels/1/deliveries")
        ))

    static let replayDelivery = Operation(
        id: "replayDelivery", group: .notifications, summary: "Send a delivery once more",
        description: """
            With the same `message_id`. One that waits is tried at once. From now on it is tried for three days again.
            """,
        parameters: [.id(of: "the delivery")],
        answer: (Schema.data(Schema.named("Delivery")), ["data": ChannelSchemas.queuedExample]))
}

/// The schemas of channels and deliveries, with examples.
enum ChannelSchemas {
    static let named: [JSONValue.Member] = [
        .init(name: "Channel", value: channel), .init(name: "Delivery", value: delivery),
    ]

    private static let severity: JSONValue = .enumeration(Severity.allCases.map(\.rawValue))

    /// What may be sent of a channel, apart from its kind.
    static let sent: JSONValue = [
        "name": Schema.text(NewAlertChannel.nameLength),
        "url": ["type": "string", "description": "http or https, without user, password and fragment."],
        "recipients": [
            "anyOf": [
                ["type": "array", "minItems": 1, "maxItems": 20, "items": Schema.email], ["type": "null"],
            ]
        ],
        "severities": Schema.optional(["type": "array", "minItems": 1, "maxItems": 3, "items": severity]),
        "is_active": Schema.optional(Schema.booleanSent),
    ]

    private static let channel = Schema.object([
        "id": Schema.id, "name": Schema.string, "kind": .enumeration(ChannelTarget.Kind.allCases.map(\.rawValue)),
        "url": Schema.nullable(Schema.string), "recipients": Schema.nullable(Schema.list(of: Schema.string)),
        "unconfirmed_recipients": Schema.nullable(Schema.list(of: Schema.string)),
        "severities": Schema.list(of: severity), "is_active": ["type": "boolean"],
        "disabled_reason": Schema.nullable(Schema.string), "created_at": Schema.instant, "updated_at": Schema.instant,
    ])

    /// A channel whose secret was just made.
    static let issued = Schema.object(
        channel["properties", default: [:]].adding(["secret": Schema.nullable(Schema.string)]))

    static let example: JSONValue = [
        "id": 1, "name": "On call", "kind": "webhook", "url": "https://example.com/hook", "recipients": nil,
        "unconfirmed_recipients": nil,
        "severities": ["critical"], "is_active": true, "disabled_reason": nil,
        "created_at": "2026-11-23T10:00:00.000Z", "updated_at": "2026-11-23T10:00:00.000Z",
    ]
    static let issuedExample = example.adding(["secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="])

    private static let delivery = Schema.object([
        "id": Schema.id, "channel_id": Schema.id, "event": .enumeration(Notice.Event.ofChannels.map(\.rawValue)),
        "message_id": Schema.string, "status": .enumeration(Delivery.Status.allCases.map(\.rawValue)),
        "attempt_count": Schema.integer, "next_attempt_at": Schema.nullable(Schema.instant),
        "attempts": Schema.list(
            of: Schema.object([
                "at": Schema.instant, "duration_ms": Schema.integer, "status_code": Schema.nullable(Schema.integer),
                "error": Schema.nullable(Schema.string),
            ])),
        "created_at": Schema.instant, "finished_at": Schema.nullable(Schema.instant),
    ])

    static let queuedExample: JSONValue = [
        "id": 12, "channel_id": 1, "event": "test", "message_id": "msg_8UqJ5WnYxk2RtLs0aVbTzEcH", "status": "pending",
        "attempt_count": 0, "next_attempt_at": "2026-11-23T10:00:00.000Z", "attempts": [],
        "created_at": "2026-11-23T10:00:00.000Z", "finished_at": nil,
    ]

    static let deliveryExample: JSONValue = [
        "id": 12, "channel_id": 1, "event": "alert-triggered", "message_id": "msg_8UqJ5WnYxk2RtLs0aVbTzEcH",
        "status": "delivered", "attempt_count": 1, "next_attempt_at": nil,
        "attempts": [["at": "2026-11-23T10:00:00.000Z", "duration_ms": 41, "status_code": 204, "error": nil]],
        "created_at": "2026-11-23T10:00:00.000Z", "finished_at": "2026-11-23T10:00:00.000Z",
    ]
}
