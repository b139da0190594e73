/// The files of the pages, which are part of the program.
enum PageResources {
    /// Style sheet and scripts by file name.
    static let assets: [String: [UInt8]] = [
        "app.css": PackageResources.app_css, "api.js": PackageResources.api_js, "app.js": PackageResources.app_js,
        "charts.js": PackageResources.charts_js, "copy.js": PackageResources.copy_js,
        "demo.js": PackageResources.demo_js, "depends.js": PackageResources.depends_js,
        "frames.js": PackageResources.frames_js, "imports.js": PackageResources.imports_js,
        "moments.js": PackageResources.moments_js, "preview.js": PackageResources.preview_js,
        "dialogs.js": PackageResources.dialogs_js, "format.js": PackageResources.format_js,
        "forms.js": PackageResources.forms_js, "live.js": PackageResources.live_js,
        "raised.js": PackageResources.raised_js,
        "theme.js": PackageResources.theme_js, "upload.js": PackageResources.upload_js,
    ]

    /// Templates by name.
    static let templates: [String: [UInt8]] = [
        "layout": PackageResources.layout_mustache, "data": PackageResources.data_mustache,
        "failure": PackageResources.failure_mustache, "login": PackageResources.login_mustache,
        "register": PackageResources.register_mustache, "forgot": PackageResources.forgot_mustache,
        "alerts": PackageResources.alerts_mustache, "rules": PackageResources.rules_mustache,
        "rule": PackageResources.rule_mustache, "channels": PackageResources.channels_mustache,
        "deliveries": PackageResources.deliveries_mustache,
        "mail-confirm": PackageResources.mail_confirm_mustache,
        "mail-unsubscribe": PackageResources.mail_unsubscribe_mustache,
        "reset": PackageResources.reset_mustache, "overview": PackageResources.overview_mustache,
        "pager": PackageResources.pager_mustache, "reports": PackageResources.reports_mustache,
        "report": PackageResources.report_mustache, "settings-tabs": PackageResources.settings_tabs_mustache,
        "settings-account": PackageResources.settings_account_mustache,
        "settings-team": PackageResources.settings_team_mustache,
        "settings-workspace": PackageResources.settings_workspace_mustache,
        "settings-audit": PackageResources.settings_audit_mustache,
    ]
}
