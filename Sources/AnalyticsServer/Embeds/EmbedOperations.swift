import AnalyticsCore
import HTTPTypes

/// What the reference says about embeds.
extension Operation {
    static let listEmbeds = Operation(
        id: "listEmbeds", group: .reports, summary: "List embedded charts", description: "Newest first.",
        parameters: Parameter.paging(defaultSize: 20),
        answer: (Schema.page(of: Schema.named("Embed")), Example.page([EmbedSchemas.example], path: "embeds")))

    static let createEmbed = Operation(
        id: "createEmbed", group: .reports, summary: "Embed a chart elsewhere",
        description: """
            Gives a signed link to one chart, which is always up to date. Anyone who has the link may look at it, as in \
            `<img src="…">`, and sees nothing else. It ends when the embed is deleted.
            """,
        body: (
            Schema.body(
                required: ["metric_type"],
                [
                    "metric_type": Schema.metric, "name": Schema.optional(Schema.text(ChartEmbed.nameLength)),
                    "period": Schema.optional(["enum": [7, 14, 30, "7", "14", "30"]]),
                    "form": Schema.optional(EmbedSchemas.form), "theme": Schema.optional(EmbedSchemas.theme),
                    "width": Schema.optional(["type": "integer", "minimum": 240, "maximum": 2_000]),
                    "height": Schema.optional(["type": "integer", "minimum": 160, "maximum": 1_200]),
                    "previous": Schema.optional(Schema.booleanSent),
                ]), ["metric_type": "revenue", "name": "Revenue on the wiki", "period": 30]
        ),
        status: .created, answer: (Schema.data(Schema.named("Embed")), ["data": EmbedSchemas.example]),
        links: ["deleteEmbed"])

    static let deleteEmbed = Operation(
        id: "deleteEmbed", group: .reports, summary: "Delete an embedded chart",
        description: "Its link is 404 from then on.", parameters: [.id(of: "the embed")],
        answer: (Schema.message, ["message": "Embed deleted successfully."]))

    static let embeddedChart = Operation(
        id: "embeddedChart", group: .reports, summary: "Look at an embedded chart",
        description: "An SVG, without a token; the link is the `url` of an embed.",
        parameters: [.path("link", Schema.string, "Which one, with its signature.")],
        answer: (Schema.string, "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"), answerTypes: ["image/svg+xml"],
        isConditional: true, refusals: [.notFound: "There is no such link, or it was deleted."])
}

/// The schema of embeds, with an example.
enum EmbedSchemas {
    static let named: [JSONValue.Member] = [.init(name: "Embed", value: embed)]

    static let form: JSONValue = .enumeration(ChartLook.Form.allCases.map(\.rawValue))
    static let theme: JSONValue = .enumeration(ChartLook.Theme.allCases.map(\.rawValue))

    private static let embed = Schema.object([
        "id": Schema.id, "name": Schema.string, "metric_type": Schema.metric, "period": ["enum": [7, 14, 30]],
        "form": form, "theme": theme, "width": Schema.integer, "height": Schema.integer,
        "previous": ["type": "boolean"], "url": Schema.string, "created_at": Schema.instant,
    ])

    static let example: JSONValue = [
        "id": 5, "name": "Revenue on the wiki", "metric_type": "revenue", "period": 30, "form": "area",
        "theme": "auto", "width": 720, "height": 300, "previous": true,
        "url":
            "https://numbers.example.com/embed/1-5-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.svg",
        "created_at": "2026-11-23T10:00:00.000Z",
    ]
}
