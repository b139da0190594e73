import AnalyticsStore

/// The dashboard: every page that a browser is shown, with what they are made of.
struct Dashboard {
    let kit: PageKit
    let database: any Database
    let imports: ImportStore
    let tokens: TokenStore
    let signIn: SignIn
    /// Whether the server sends mail.
    let hasMail: Bool

    var routes: [Route] {
        [kit.assets.route] + EntrancePages(kit: kit, signIn: signIn, hasMail: hasMail).routes
            + MailPages(kit: kit, recipients: MailRecipientStore(database: database)).routes + figures + alerts
            + ReportPages(
                kit: kit, reports: ReportStore(database: database), schedules: ReportScheduleStore(database: database),
                hasMail: hasMail
            ).routes + settings
    }

    private var figures: [Route] {
        let points = PointStore(database: database)
        return [
            OverviewPage(
                kit: kit, rollups: RollupStore(database: database), points: points,
                alerts: AlertStore(database: database)
            ).route,
            DataPage(kit: kit, points: points, imports: imports).route,
        ]
    }

    private var alerts: [Route] {
        [AlertsPage(kit: kit, alerts: AlertStore(database: database)).route]
            + RulePages(kit: kit, rules: AlertRuleStore(database: database)).routes
            + ChannelPages(
                kit: kit, channels: ChannelStore(database: database), deliveries: DeliveryStore(database: database),
                hasMail: hasMail
            ).routes
    }

    private var settings: [Route] {
        [
            AccountPage(
                kit: kit, accounts: AccountStore(database: database), tokens: tokens, hasMail: hasMail
            ).route,
            TeamPage(
                kit: kit, members: MemberStore(database: database), invitations: InvitationStore(database: database),
                hasMail: hasMail
            ).route,
            WorkspacePage(kit: kit, embeds: EmbedStore(database: database)).route,
            AuditPage(kit: kit, log: AuditStore(database: database)).route,
        ]
    }
}
