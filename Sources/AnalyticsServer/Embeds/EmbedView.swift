import AnalyticsCore

/// A chart that is shown elsewhere, as the API shows it.
struct EmbedView: JSONView {
    let embed: ChartEmbed
    /// Where anyone may look at it.
    let url: String

    func write(to json: inout JSONWriter) {
        let definition = embed.definition
        json.object { json in
            json.member("id", embed.id)
            json.member("name", definition.name)
            json.member("metric_type", definition.metric.rawValue)
            json.member("period", Int64(definition.days))
            json.member("form", definition.look.form.rawValue)
            json.member("theme", definition.look.theme.rawValue)
            json.member("width", Int64(definition.look.width))
            json.member("height", Int64(definition.look.height))
            json.member("previous", definition.look.comparesPrevious)
            json.member("url", url)
            json.member("created_at", embed.createdAt.description)
        }
    }
}
