import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct SettingsPagesTests {
    private static let paths = ["/settings", "/settings/team", "/settings/workspace", "/settings/audit"]

    /// A page as a browser gets it whose session that token is.
    private func page(_ path: String, _ api: TestAPI, token: String) async throws -> Answer {
        try await api.get(path, headers: try await api.browser(with: token))
    }

    private var withMail: NotificationServices { NotificationServices(mail: { _ in .delivered(statusCode: nil) }) }

    @Test("the tabs are those that the role may open, and the others say so at their address")
    func tabs() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            for role in [Role.manager, .analyst, .viewer] {
                let token = try await api.join(as: role)

                let account = try await page("/settings", api, token: token)

                #expect(account.status == .ok)
                #expect(account.text.contains(#"<a href="/settings" aria-current="page">My account</a>"#))
                for path in Self.paths.dropFirst() {
                    #expect(!account.text.contains(#"href="\#(path)""#), "\(role) \(path)")
                    let refused = try await page(path, api, token: token)
                    #expect(refused.status == .forbidden, "\(role) \(path)")
                    #expect(refused.text.contains("You may not see this page"))
                    #expect(!refused.text.contains("ada@example.com"))
                }
            }
            for path in Self.paths {
                let html = try await page(path, api, token: admin)
                #expect(html.status == .ok, "\(path)")
                #expect(html.text.matches(of: /<h1/).count == 1)
                for other in Self.paths { #expect(html.text.contains(#"href="\#(other)""#)) }
            }
        }
    }

    @Test("a token is listed with what it may do, when it was used and when it ends")
    func tokens() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(
                .post, "/api/v1/auth/tokens", token: token,
                json: #"""
                    {"name": "shop", "scopes": ["ingest-analytics"], "expires_at": "2026-12-23T10:00:00.000Z"}
                    """#)

            let html = try await page("/settings", api, token: token).text

            #expect(html.contains("<strong>shop</strong>"))
            #expect(html.contains(#"<span class="mono nowrap">ingest-analytics</span>"#))
            #expect(html.contains("Ends <time datetime=\"2026-12-23T10:00:00.000Z\">23 Dec 2026, 10:00</time>"))
            #expect(html.contains("Never used") && html.contains("Never ends"))
            #expect(html.contains(#"data-api="DELETE /api/v1/auth/tokens/2""#))
            // The one that looks at the page is logged out in the menu.
            #expect(html.contains("this browser") && !html.contains("DELETE /api/v1/auth/tokens/1\""))
        }
    }

    @Test("a new token is offered the scopes of the role and ends that the API takes")
    func newToken() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let viewer = try await api.join(as: .viewer)

            let html = try await page("/settings", api, token: viewer).text
            let scopes = html.matches(of: /name="scopes" value="([a-z-]+)"/).map { String($0.1) }
            let ends = html.matches(of: /<option value="(2[^"]+)">/).map { String($0.1) }

            #expect(scopes == ["view-analytics", "view-reports"])
            #expect(ends.count == 4)
            // The widest token that a viewer's browser may ask for.
            let cookie = "analyticspro_session=\(viewer)"
            for end in ends {
                let answer = try await api.send(
                    .post, "/api/v1/auth/tokens",
                    json: #"{"name": "x", "scopes": ["view-reports"], "expires_at": "\#(end)"}"#,
                    headers: [.cookie: cookie, .origin: "http://localhost"])
                #expect(answer.status == .created, "\(answer.text)")
                #expect(answer["data.expires_at"] as? String == end)
            }
        }
    }

    @Test("alert mails can be chosen where there is mail, by those who may see alerts")
    func alertMails() async throws {
        try await withAPI { api in
            let token = try await api.register()
            #expect(try await !page("/settings", api, token: token).text.contains("Alert mails"))
        }
        try await withAPI(notifications: withMail) { api in
            let token = try await api.register()
            _ = try await api.send(
                .patch, "/api/v1/auth/me", token: token, json: #"{"alert_emails": ["critical"]}"#)

            let html = try await page("/settings", api, token: token).text

            #expect(html.contains(#"name="alert_emails" value="critical" data-type="member" checked>"#))
            #expect(html.contains(#"name="alert_emails" value="info" data-type="member">"#))
            let viewer = try await api.join(as: .viewer)
            #expect(try await !page("/settings", api, token: viewer).text.contains("Alert mails"))
        }
    }

    @Test("the team shows each user with the role, and who is invited")
    func team() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.join(as: .analyst)
            _ = try await api.send(
                .post, "/api/v1/users/invitations", token: token,
                json: #"{"email": "grace@example.com", "role": "manager"}"#)

            let html = try await page("/settings/team", api, token: token).text

            #expect(html.contains(#"<form class="row" data-api="PATCH /api/v1/users/2""#))
            #expect(html.contains(#"<option value="analyst" selected>Analyst</option>"#))
            #expect(html.contains(#"data-api="DELETE /api/v1/users/2""#))
            #expect(!html.contains(#"data-api="DELETE /api/v1/users/1""#))
            #expect(html.contains("<strong>grace@example.com</strong>"))
            #expect(html.contains("manager · good until"))
            #expect(html.contains(#"data-api="DELETE /api/v1/users/invitations/1""#))
            #expect(html.contains(#"http://localhost/join/<span data-fill="data.code"></span>"#))
        }
    }

    @Test("users and invitations are paged each for itself")
    func paging() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for number in 1...21 {
                _ = try await api.send(
                    .post, "/api/v1/users/invitations", token: token,
                    json: #"{"email": "no\#(number)@example.com", "role": "viewer"}"#)
            }

            let first = try await page("/settings/team", api, token: token).text
            let link = try #require(first.firstMatch(of: /rel="next" href="([^"]+)"/)).1.replacing("&amp;", with: "&")
            let second = try await page(String(link), api, token: token).text

            #expect(link.hasPrefix("/settings/team?invitations="))
            #expect(first.contains("21 invitations") && !first.contains(">no1@example.com<"))
            #expect(second.contains(">no1@example.com<") && !second.contains(">no2@example.com<"))
            #expect(second.contains("ada@example.com"))
        }
    }

    @Test("the workspace has its time zone and currency chosen, and each offered name is one that the API takes")
    func workspace() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(
                .patch, "/api/v1/workspace", token: token,
                json: #"{"timezone": "America/Argentina/Buenos_Aires", "currency": "EUR"}"#)

            let html = try await page("/settings/workspace", api, token: token).text
            let zones = html.matches(of: /<option value="([A-Z][A-Za-z_]+\/[^"]+|UTC)"/).map { String($0.1) }

            #expect(html.contains(#"<option value="America/Argentina/Buenos_Aires" selected>"#))
            #expect(html.contains(#"<option value="EUR" selected>"#))
            #expect(html.matches(of: /\ selected>/).count == 6)
            #expect(zones.count > 300 && Set(zones).count == zones.count)
            #expect(zones.contains("UTC") && zones.contains("Europe/Berlin"))
            #expect(zones.allSatisfy { FieldRules.takesTimeZone($0) })
        }
    }

    @Test("an embedded chart is shown with its picture and its link")
    func embeds() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let empty = try await page("/settings/workspace", api, token: token).text
            let made = try await api.send(
                .post, "/api/v1/embeds", token: token,
                json: #"{"metric_type": "orders", "name": "Orders <b>", "width": 800, "height": 400}"#)
            let url = try #require(made["data.url"] as? String)

            let html = try await page("/settings/workspace", api, token: token).text
            let source = try #require(html.firstMatch(of: /<img src="([^"]+)" width="240" height="120"/)).1

            #expect(empty.contains("No chart is shown elsewhere"))
            #expect(html.contains("<code>\(url)</code>"))
            #expect(html.contains("Orders &lt;b&gt;") && !html.contains("Orders <b>"))
            #expect(html.contains("Orders, 30 days, 800 × 400"))
            #expect(url == "http://localhost" + source)
            #expect(try await api.get(String(source)).headers[.contentType] == "image/svg+xml")
        }
    }

    @Test("the audit log says who did what, with what was changed")
    func audit() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.join(as: .viewer)
            _ = try await api.send(.patch, "/api/v1/users/2", token: token, json: #"{"role": "analyst"}"#)

            let html = try await page("/settings/audit", api, token: token).text

            #expect(html.contains(#"<strong title="user.role_changed">User role changed</strong>"#))
            #expect(html.contains(#"<span class="muted">role:</span> viewer → analyst</div>"#))
            #expect(html.contains("Ada Lovelace · ada@example.com"))
            #expect(html.contains("The operator"))
        }
    }

    @Test("no page has a secret, and names are text")
    func secrets() async throws {
        try await withAPI(notifications: withMail) { api in
            let name = #"<img src=x onerror=\"1\"> 'Ada'"#
            let token = try await api.register(name: name)
            let made = try await api.send(
                .post, "/api/v1/auth/tokens", token: token,
                json: #"{"name": "<b>shop</b>", "scopes": ["view-reports"]}"#)
            let invited = try await api.send(
                .post, "/api/v1/users/invitations", token: token,
                json: #"{"email": "grace@example.com", "role": "viewer"}"#)
            _ = try await api.send(
                .patch, "/api/v1/workspace", token: token, json: #"{"name": "\"><script>1</script>"}"#)
            let secrets = [
                token, try #require(made["data.token"] as? String), try #require(invited["data.code"] as? String),
            ].map { $0.split(separator: "|").last ?? "" }

            for path in Self.paths {
                let html = try await page(path, api, token: token).text

                for secret in secrets { #expect(!html.contains(secret), "\(path)") }
                #expect(!html.contains("scrypt"), "\(path)")
                #expect(!html.contains("<img src=x") && !html.contains("<b>shop") && !html.contains("<script>1"))
                #expect(html.contains("&lt;img src=x onerror=&quot;1&quot;&gt; &#39;Ada&#39;"), "\(path)")
            }
        }
    }
}

extension FieldRules {
    /// Whether the API takes a time zone of that name.
    fileprivate static func takesTimeZone(_ name: String) -> Bool {
        var rules = FieldRules()
        return rules.timeZone(.text(Array(name.utf8)[...]), "timezone") != nil
    }
}
