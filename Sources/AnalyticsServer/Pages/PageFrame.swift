import AnalyticsCore
import AnalyticsStore

/// What stands around every page: the top bar, the navigation, and what the user may do.
struct PageFrame: Sendable {
    /// A place that the navigation leads to.
    enum Section: String, Sendable, CaseIterable {
        case overview, data, alerts, rules, reports, settings

        var path: String { self == .overview ? "/" : "/\(rawValue)" }

        var title: String { rawValue.capitalizedFirst }

        /// The one that a path lies in, whether there is a page or not; nil where it lies in none.
        init?(of path: String) {
            guard let section = Self.allCases.first(where: { path == $0.path || path.hasPrefix("\($0.path)/") }) else {
                return nil
            }
            self = section
        }

        fileprivate var icon: String {
            switch self {
            case .overview: "M3 17V9m5 8V4m5 13v-6m5 6V7"
            case .data: "M3 5h14M3 10h14M3 15h14M8 5v10"
            case .alerts: "M5 13V9a5 5 0 0 1 10 0v4l1.5 2h-13zM8.5 17.5h3"
            case .rules: "M3 6h7m4 0h3M3 14h3m4 0h7M12 4v4m-4 4v4"
            case .reports: "M5 3h7l4 4v10H5zM12 3v4h4M8 11h5m-5 3h5"
            case .settings:
                "M10 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6M10 2v2.5m0 11V18m-8-8h2.5m11 0H18M4.3 4.3l1.8 1.8m7.8 7.8 1.8 1.8m0-11.4-1.8 1.8"
                    + "m-7.8 7.8-1.8 1.8"
            }
        }

        /// What one must be allowed to do to go there; nil for everybody.
        var permission: Permission? {
            switch self {
            case .overview, .data: .viewAnalytics
            case .alerts, .rules: .manageAlerts
            case .reports: .viewReports
            case .settings: nil
            }
        }
    }

    /// One entry of the navigation.
    struct Link: Sendable {
        let title: String
        let path: String
        /// The path of its picture, 20 pixels wide and high.
        let icon: String
        let isCurrent: Bool
        /// Whether it has room in the bar of a phone.
        let isOnPhone: Bool
        /// Whether it is shown as current there, for what has none.
        let standsIn: Bool
    }

    /// What the user may do, as switches of the templates.
    struct May: Sendable {
        let ingest: Bool
        let export: Bool
        let manageAlerts: Bool
        let viewReports: Bool
        let createReports: Bool
        let deleteReports: Bool
        let manageUsers: Bool
        let manageWorkspace: Bool

        init(_ allows: (Permission) -> Bool) {
            ingest = allows(.ingestAnalytics)
            export = allows(.exportAnalytics)
            manageAlerts = allows(.manageAlerts)
            viewReports = allows(.viewReports)
            createReports = allows(.createReports)
            deleteReports = allows(.deleteReports)
            manageUsers = allows(.manageUsers)
            manageWorkspace = allows(.manageWorkspace)
        }
    }

    /// The user, for the menu.
    struct Person: Sendable {
        let name: String
        let email: String
        let role: String
        let workspace: String
        let timeZone: String
    }

    let title: String
    let stylesheet: String
    let script: String
    /// The script that sets the theme, before anything is painted.
    let theme: String
    /// What the script imports, to be fetched along with it.
    let modules: [String]
    /// Nil where nobody is logged in.
    let person: Person?
    let links: [Link]
    let may: May

    /// - Parameters:
    ///   - title: The page's.
    ///   - section: Where the navigation stands; nil for nowhere.
    ///   - session: Who looks at it; nil for nobody known.
    ///   - assets: Where style sheet and scripts are.
    init(title: String, section: Section?, session: Session?, assets: PageAssets) {
        self.title = title
        stylesheet = assets.path("app.css")
        script = assets.path("app.js")
        theme = assets.path("theme.js")
        modules = assets.scripts.filter { [script, theme] in $0 != script && $0 != theme }
        person = session.map { session in
            let member = session.member
            return Person(
                name: member.user.name, email: member.user.email.text, role: member.user.role.rawValue,
                workspace: member.workspace.name, timeZone: member.workspace.timeZoneName)
        }
        may = May { permission in session?.allows(permission) ?? false }
        links = Section.allCases.filter { section in
            session != nil && section.permission.map { session?.allows($0) ?? false } ?? true
        }.map { each in
            Link(
                title: each.title, path: each.path, icon: each.icon, isCurrent: each == section,
                isOnPhone: each != .rules, standsIn: each == .alerts && section == .rules)
        }
    }
}
