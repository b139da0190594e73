import AnalyticsCore
import AnalyticsStore

/// A channel as the API shows one.
struct ChannelView: JSONView {
    private let channel: AlertChannel
    /// Nil where the channel was made before, and has no such field.
    private let secret: String??

    /// A channel that was made before.
    init(channel: AlertChannel) {
        self.channel = channel
        secret = nil
    }

    /// A channel whose secret was just made.
    ///
    /// - Parameter showsSecret: False in an answer that is kept.
    init(issued: ChannelStore.Issued, showsSecret: Bool) {
        channel = issued.channel
        secret = .some(showsSecret ? issued.secret?.text : nil)
    }

    func write(to json: inout JSONWriter) {
        let definition = channel.definition
        json.object { json in
            json.member("id", channel.id)
            json.member("name", definition.name)
            json.member("kind", definition.target.kind.rawValue)
            switch definition.target {
            case .webhook(let url):
                json.member("url", url.text)
                json.member("recipients", nil as String?)
                json.member("unconfirmed_recipients", nil as String?)
            case .slack(let url):
                // The rest of it is a secret.
                json.member("url", url.origin)
                json.member("recipients", nil as String?)
                json.member("unconfirmed_recipients", nil as String?)
            case .email(let addresses):
                json.member("url", nil as String?)
                json.list("recipients", addresses) { $0.string($1.text) }
                json.list("unconfirmed_recipients", channel.unconfirmed) { $0.string($1.text) }
            }
            json.list("severities", definition.severities) { $0.string($1.rawValue) }
            json.member("is_active", definition.isActive)
            json.member("disabled_reason", channel.disabledReason)
            json.member("created_at", channel.createdAt.description)
            json.member("updated_at", channel.updatedAt.description)
            if let secret { json.member("secret", secret) }
        }
    }
}

/// A delivery as the API shows one.
struct DeliveryView: JSONView {
    let delivery: Delivery

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", delivery.id)
            json.member("channel_id", delivery.channelID)
            json.member("event", delivery.event.rawValue)
            json.member("message_id", delivery.messageID)
            json.member("status", delivery.status.rawValue)
            json.member("attempt_count", delivery.attemptCount)
            json.member("next_attempt_at", delivery.nextAttemptAt?.description)
            json.list("attempts", delivery.attempts) { json, attempt in
                json.object { json in
                    json.member("at", attempt.at.description)
                    json.member("duration_ms", attempt.milliseconds)
                    json.member("status_code", attempt.statusCode)
                    json.member("error", attempt.error)
                }
            }
            json.member("created_at", delivery.createdAt.description)
            json.member("finished_at", delivery.finishedAt?.description)
        }
    }
}
