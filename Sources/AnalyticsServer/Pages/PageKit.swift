import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import NIOCore

/// What every page is made with: templates, assets, and the ways to let somebody in or send them away.
struct PageKit: Sendable {
    let authentication: Authentication
    let limits: RateLimitCounters
    let assets: PageAssets
    let templates: PageTemplates
    let now: @Sendable () -> Instant

    /// Somebody who looks at a page.
    struct Visit: Sendable {
        let call: Call
        let session: Session
        /// The date in the workspace.
        let today: Day
        let now: Instant

        var workspace: Workspace { session.member.workspace }
        var query: QueryString { call.query }

        func may(_ permission: Permission) -> Bool { session.allows(permission) }
    }

    /// What a page's own template is given: its values, and what the user may do.
    private struct Content {
        let page: any Sendable
        let frame: PageFrame
    }

    /// What the frame's template is given.
    private struct Whole {
        let frame: PageFrame
        /// The page's own part, ready.
        let content: String
    }

    /// A page for those who are logged in; others are sent to log in and come back.
    ///
    /// - Parameters:
    ///   - path: From the root.
    ///   - section: Where the navigation stands.
    ///   - title: What stands in the browser's tab; the section's title unless it is given.
    ///   - permission: What one must be allowed to do; what the section needs unless it is given.
    ///   - template: The name of its template, which finds what `model` gives under `page`, and the frame under `frame`.
    ///   - model: The page's values.
    func page(
        _ path: String, _ section: PageFrame.Section, title: String? = nil, permission: Permission? = nil,
        template: String,
        _ model: @escaping @Sendable (Visit) async throws -> any Sendable
    ) -> Route {
        .open(.get, path) { call in
            let session: Session
            do {
                let caller = try await authentication.caller(of: call.request, from: call.client)
                // A token is for programs.
                guard caller.isBrowser else { return Self.redirect(to: Self.loginPath(from: call.request)) }
                session = caller.session
            } catch let error as APIError where error.status == .unauthorized {
                return Self.redirect(to: Self.loginPath(from: call.request))
            }
            // By session: people who share an address do not share this.
            if let quota = limits.hit(.pages, by: session, isBrowser: true, now: now()), quota.isExceeded {
                throw APIError.tooManyAttempts(quota)
            }
            if let permission = permission ?? section.permission, !session.allows(permission) {
                return failure(
                    .forbidden, "You may not see this page",
                    "Your role, \(session.member.user.role.rawValue), has not the permission \(permission.rawValue). "
                        + "An admin of the workspace can give you another role.", call, session)
            }
            do {
                let now = now()
                let visit = Visit(
                    call: call, session: session, today: Day(of: now, in: session.member.workspace.timeZone), now: now)
                let values = try await model(visit)
                return page(
                    title ?? section.title, template, values, section: section, session: session, request: call.request)
            } catch let error as ValidationError {
                return failure(
                    .unprocessableContent, "The address asks for something that is not there",
                    error.issues.map(\.message).joined(separator: " "), call, session)
            } catch let error as APIError {
                return failure(error.status, "This page cannot be shown", error.message, call, session)
            } catch {
                let answer = Response(failing: error, request: call.request, context: call.context)
                return failure(
                    answer.status, "This page cannot be shown", "Something went wrong. Try again in a moment.", call,
                    session)
            }
        }
    }

    /// A page for anyone.
    func openPage(
        _ path: String, title: String, template: String,
        _ model: @escaping @Sendable (Call) async throws -> any Sendable
    ) -> Route {
        .open(.get, path, limit: .pages) { call in
            page(title, template, try await model(call), section: nil, session: nil, request: call.request)
        }
    }

    /// An answer that sends a browser elsewhere, with GET.
    static func redirect(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }

    /// What a browser is shown that asks for a page that there is not.
    func notFound(_ request: Request, from client: NetworkAddress?) async -> Response {
        let session = try? await authentication.caller(of: request, from: client).session
        return page(
            "There is no such page", "failure",
            Failure(
                title: "There is no such page",
                text: "It may have been moved or deleted, or the address has a typing error.",
                way: WayOut(from: request, session)),
            status: .notFound, section: PageFrame.Section(of: request.uri.path), session: session, request: request)
    }

    private static func loginPath(from request: Request) -> String {
        let target = request.uri.string
        guard target != "/" else { return "/login" }
        return "/login?" + QueryString("").replacing([("next", target)])
    }

    private func page(
        _ title: String, _ template: String, _ values: any Sendable, status: HTTPResponse.Status = .ok,
        section: PageFrame.Section?, session: Session?, request: Request
    ) -> Response {
        let frame = PageFrame(title: title, section: section, session: session, assets: assets)
        let content = templates.render(template, Content(page: values, frame: frame))
        let html = templates.render("layout", Whole(frame: frame, content: content))
        return Response(status: status, headers: Self.headers, body: .init(byteBuffer: ByteBuffer(string: html)))
            .compressed(for: request)
    }

    private struct Failure: Sendable {
        let title: String
        let text: String
        let way: WayOut
    }

    /// Where a page that cannot be shown leads: to the list that it belongs to, or to the overview.
    private struct WayOut: Sendable {
        let path: String
        let name: String

        init(from request: Request, _ session: Session?) {
            let section =
                PageFrame.Section(of: request.uri.path).flatMap { section in
                    let isAllowed = section.permission.map { session?.allows($0) ?? false } ?? (session != nil)
                    return isAllowed && section.path != request.uri.path ? section : nil
                } ?? .overview
            path = section.path
            name = section.rawValue
        }
    }

    private func failure(
        _ status: HTTPResponse.Status, _ title: String, _ text: String, _ call: Call, _ session: Session
    ) -> Response {
        page(
            title, "failure", Failure(title: title, text: text, way: WayOut(from: call.request, session)),
            status: status, section: PageFrame.Section(of: call.request.uri.path), session: session,
            request: call.request)
    }

    private static let headers: HTTPFields = [
        .contentType: "text/html; charset=utf-8",
        .referrerPolicy: "same-origin", .crossOriginOpenerPolicy: "same-origin",
        .contentSecurityPolicy:
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ]
}
