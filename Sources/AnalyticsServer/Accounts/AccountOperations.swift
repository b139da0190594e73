import AnalyticsCore
import HTTPTypes

/// What the reference says about accounts, tokens, users and workspaces.
extension Operation {
    static let register = Operation(
        id: "register", group: .account, summary: "Register",
        description: """
            Makes an account and a token with all scopes. Without `invitation` the account is the admin of a new \
            workspace; with the code of one it joins that workspace with the role offered. An account that is alone in a \
            workspace without data may accept an invitation too, with its own password, and moves.
            """,
        body: (
            Schema.body(
                required: ["name", "email", "password", "password_confirmation"], registration),
            [
                "name": "Grace Hopper", "email": "grace@example.com", "password": "correct horse battery",
                "password_confirmation": "correct horse battery",
            ]
        ),
        status: .created, answer: (sessionSchema, sessionExample("User registered successfully.")))

    private static let registration: JSONValue = [
        "name": Schema.text(User.nameLength), "email": Schema.email, "password": Schema.newPassword,
        "password_confirmation": ["type": "string", "description": "The same as `password`."],
        "workspace": Schema.optional(Schema.text(Workspace.nameLength)),
        "invitation": Schema.optional(Schema.text(1...255)),
    ]

    static let login = Operation(
        id: "login", group: .account, summary: "Log in",
        description: """
            Makes a token with all scopes; earlier ones stay valid. Besides the limit by address, an e-mail address has \
            10 wrong passwords a minute and client address, and 100 an hour from networks and browsers in which its user \
            never logged in.
            """,
        body: (
            Schema.body(
                required: ["email", "password"],
                [
                    "email": ["type": "string", "pattern": #"^[^\u0000]*[^\s\u0000\u0085][^\u0000]*$"#],
                    "password": Schema.knownPassword,
                ]),
            ["email": "ada@example.com", "password": "correct horse battery"]
        ),
        answer: (sessionSchema, sessionExample("Logged in successfully.")),
        refusals: [.unauthorized: "No account has this address and password; with `errors.email`."])

    static let openSession = Operation(
        id: "openSession", group: .account, summary: "Log a browser in",
        description: """
            As `login`, but the token is a cookie that no script can read (HttpOnly, SameSite=Strict), which ends when it is not \
            used for 12 hours, and 30 days after the login. An open stream of events is a use. A second cookie tells the \
            browser from those in which the user never logged in. The API takes it in the place of a token; requests other than GET then need an `Origin` that is \
            this server's.
            """,
        body: login.body,
        answer: (Schema.data(Schema.named("User")), ["data": AccountSchemas.userExample]),
        refusals: [
            .unauthorized: "No account has this address and password; with `errors.email`.",
            .forbidden: "The `Origin` is another server's.",
        ])

    static let registerSession = Operation(
        id: "registerSession", group: .account, summary: "Register with a browser",
        description: "As `register`, with a cookie in the place of the token.",
        body: (
            Schema.body(required: ["name", "email", "password", "password_confirmation"], registration),
            [
                "name": "Ada Lovelace", "email": "ada.lovelace@example.com", "password": "correct horse battery",
                "password_confirmation": "correct horse battery",
            ]
        ), status: .created,
        answer: (Schema.data(Schema.named("User")), ["data": AccountSchemas.userExample]),
        refusals: [.forbidden: "The `Origin` is another server's."])

    static let closeSession = Operation(
        id: "closeSession", group: .account, summary: "Log a browser out",
        description: """
            Revokes the token, or the session of the cookie, and removes the cookie. Tokens that were made with it stay.
            """,
        answer: (Schema.message, ["message": "Logged out successfully."]))

    static let me = Operation(
        id: "me", group: .account, summary: "Get the current user",
        description: """
            The user with role and permissions, the workspace, the token that asks, and the severities of the alerts that \
            the user gets mail of.
            """,
        answer: meAnswer)

    static let updateMe = Operation(
        id: "updateMe", group: .account, summary: "Choose one's alert mails",
        description: """
            `alert_emails` are the severities of the alerts that one gets mail of when they are opened or resolved, and as \
            reminders; none unless chosen. Mail goes only to who may manage alerts when it is sent, and has confirmed the address: `email_confirmed_at` is \
            null before, and the first choice mails a link for it. What is left out stays.
            """,
        body: (
            Schema.body(
                required: [],
                ["alert_emails": ["type": "array", "maxItems": 3, "items": AlertSchemas.severity]]),
            ["alert_emails": []]
        ),
        answer: meAnswer)

    private static let meAnswer: (schema: JSONValue, example: JSONValue) = (
        Schema.data(
            Schema.object(
                AccountSchemas.user["properties", default: [:]].adding([
                    "email_confirmed_at": Schema.nullable(Schema.instant),
                    "alert_emails": Schema.list(of: AlertSchemas.severity),
                    "token": Schema.object([
                        "id": Schema.id, "name": Schema.string, "scopes": AccountSchemas.scopes,
                    ]),
                ]))),
        [
            "data": AccountSchemas.userExample.adding([
                "email_confirmed_at": nil, "alert_emails": [], "token": ["id": 1, "name": "login", "scopes": ["*"]],
            ])
        ]
    )

    static let logout = Operation(
        id: "logout", group: .account, summary: "Log out",
        description: """
            Revokes the token that the request comes with. It is refused from the next request on. Tokens that were made \
            with it stay, and then count as made with the one that it was made with itself.
            """,
        answer: (Schema.message, ["message": "Logged out successfully."]))

    static let changePassword = Operation(
        id: "changePassword", group: .account, summary: "Change the password",
        description: """
            Other browsers are logged out unless `keep_sessions` is true; other tokens stay valid unless `revoke_others` is \
            true, which ends the sessions of browsers, too. `revoked` says how many ended. A wrong current password counts as \
            a failed login, and the fifth within an hour ends the token that it came with.
            """,
        body: (
            Schema.body(
                required: ["current_password", "password", "password_confirmation"],
                [
                    "current_password": Schema.knownPassword, "password": Schema.newPassword,
                    "password_confirmation": ["type": "string", "description": "The same as `password`."],
                    "revoke_others": Schema.optional(Schema.booleanSent),
                    "keep_sessions": Schema.optional(Schema.booleanSent),
                ]),
            [
                "current_password": "correct horse battery", "password": "a longer staple",
                "password_confirmation": "a longer staple",
            ]
        ),
        answer: (Schema.messageOfRevocation, ["message": "Password changed successfully.", "revoked": 1]))

    static let forgotPassword = Operation(
        id: "forgotPassword", group: .account, summary: "Ask for a new password",
        description: """
            Mails a link that sets a new password, once and within an hour. The answer is the same whether or not the \
            address has an account. An address has 3 mails an hour; each link stays good for its hour.
            """,
        body: (Schema.body(required: ["email"], ["email": Schema.email]), ["email": "ada@example.com"]),
        answer: (
            Schema.message,
            ["message": "If the address has an account, a link to set a new password is on its way to it."]
        ),
        refusals: [.conflict: "The server has no mail."])

    static let resetPassword = Operation(
        id: "resetPassword", group: .account, summary: "Set a new password by a code",
        description: "The code is the end of the link that was mailed. All tokens of the account are revoked.",
        body: (
            Schema.body(
                required: ["code", "password", "password_confirmation"],
                [
                    "code": Schema.text(1...255), "password": Schema.newPassword,
                    "password_confirmation": ["type": "string", "description": "The same as `password`."],
                ]),
            [
                "code": "3sVn0oX2PqKq0mFvY1bTz8cWdR5eHjL7aUiGxN4Q", "password": "a longer staple",
                "password_confirmation": "a longer staple",
            ]
        ),
        answer: (Schema.message, ["message": "Password reset successfully. Log in with the new one."]))

    // MARK: - Tokens

    static let listTokens = Operation(
        id: "listTokens", group: .account, summary: "List tokens",
        description: "One's own, newest first, with those that are over. Use is noted to within ten seconds.",
        parameters: Parameter.paging(defaultSize: 20),
        answer: (
            Schema.page(of: Schema.named("Token")),
            Example.page([AccountSchemas.tokenExample], path: "auth/tokens")
        ))

    static let createToken = Operation(
        id: "createToken", group: .account, summary: "Create a token",
        description: """
            `scopes` are `*` or permissions; left out, those of the token that asks. A token never may more than the one \
            it was made with, and never ends later; it is revoked with that one. A user has 50 tokens made so at most, unless \
            the operator says otherwise. The secret is shown this once.
            """,
        body: (
            Schema.body(
                required: ["name"],
                [
                    "name": Schema.text(AccessToken.nameLength),
                    "scopes": [
                        "anyOf": [
                            ["type": "array", "minItems": 1, "maxItems": 10, "items": AccountSchemas.scope],
                            ["type": "null"],
                        ]
                    ],
                    "expires_at": Schema.optional(Schema.instantSent),
                ]),
            ["name": "checkout service", "scopes": ["ingest-analytics"], "expires_at": "2027-01-01T00:00:00Z"]
        ),
        status: .created,
        answer: (
            Schema.data(
                Schema.object(
                    AccountSchemas.token["properties", default: [:]].adding(["token": Schema.nullable(Schema.string)]))),
            ["data": AccountSchemas.tokenExample.adding(["token": .string(secretExample)])]
        ), links: ["revokeToken"],
        refusals: [.forbidden: "A scope is beyond those of the token that asks; `required` names it."])

    static let revokeToken = Operation(
        id: "revokeToken", group: .account, summary: "Revoke a token",
        description: """
            One's own, with all tokens that were made with it, and with those; `revoked` says how many. They are refused from \
            the next request on. Of one that has expired already, the others stay.
            """,
        parameters: [.id(of: "the token")],
        answer: (Schema.messageOfRevocation, ["message": "Token revoked successfully.", "revoked": 1]))

    // MARK: - Workspace

    static let showWorkspace = Operation(
        id: "showWorkspace", group: .workspace, summary: "Get the workspace",
        description: """
            With what it has stored and what it may store; a limit that is null is none. `points_today` counts the points \
            stored since 00:00 UTC, also those that were removed since.
            """,
        answer: (Schema.data(AccountSchemas.measuredWorkspace), ["data": AccountSchemas.measuredWorkspaceExample]))

    static let updateWorkspace = Operation(
        id: "updateWorkspace", group: .workspace, summary: "Change the workspace",
        description: """
            What is left out stays. `timezone` is a name of IANA's database and decides when a day ends; `currency` is a \
            code of ISO 4217 and converts nothing.
            """,
        body: (
            Schema.body(
                required: [],
                [
                    "name": Schema.text(Workspace.nameLength),
                    "timezone": ["type": "string", "description": "A name of IANA's time zone database."],
                    "currency": .enumeration(CurrencyCode.all.sorted()),
                ]),
            ["timezone": "Europe/Berlin", "currency": "EUR"]
        ),
        answer: (Schema.data(AccountSchemas.measuredWorkspace), ["data": AccountSchemas.measuredWorkspaceExample]))

    // MARK: - Users

    static let listUsers = Operation(
        id: "listUsers", group: .workspace, summary: "List users", description: "Of the workspace, newest first.",
        parameters: Parameter.paging(defaultSize: 20),
        answer: (Schema.page(of: Schema.named("User")), Example.page([AccountSchemas.userExample], path: "users")))

    static let changeRole = Operation(
        id: "changeRole", group: .workspace, summary: "Change a user's role",
        description: "It holds from the user's next request on.",
        parameters: [.id(of: "the user")],
        body: (Schema.body(required: ["role"], ["role": Schema.role]), ["role": "analyst"]),
        answer: (Schema.data(Schema.named("User")), ["data": AccountSchemas.userExample]),
        refusals: [.conflict: "The user is the workspace's last admin."])

    static let removeUser = Operation(
        id: "removeUser", group: .workspace, summary: "Remove a user",
        description: "With all tokens of the user; `revoked` says how many. What the user stored stays.",
        parameters: [.id(of: "the user")],
        answer: (Schema.messageOfRevocation, ["message": "User removed successfully.", "revoked": 2]),
        refusals: [.conflict: "The user is the workspace's last admin."])

    static let listInvitations = Operation(
        id: "listInvitations", group: .workspace, summary: "List invitations",
        description: "Those not accepted yet, newest first, with those that are over.",
        parameters: Parameter.paging(defaultSize: 20),
        answer: (
            Schema.page(of: Schema.named("Invitation")),
            Example.page([AccountSchemas.invitationExample], path: "users/invitations")
        ))

    static let createInvitation = Operation(
        id: "createInvitation", group: .workspace, summary: "Invite somebody",
        description: """
            Where the server has mail, the code is mailed to the address. It is shown this once, holds seven days, and only lets that address in. Another invitation for the \
            same address takes the place of this one.
            """,
        body: (
            Schema.body(required: ["email", "role"], ["email": Schema.email, "role": Schema.role]),
            ["email": "mary@example.com", "role": "manager"]
        ),
        status: .created,
        answer: (
            Schema.data(
                Schema.object(
                    AccountSchemas.invitation["properties", default: [:]].adding([
                        "code": Schema.nullable(Schema.string)
                    ]))),
            ["data": AccountSchemas.invitationExample.adding(["code": "3sVn0oX2PqKq0mFvY1bTz8cWdR5eHjL7aUiGxN4Q"])]
        ), links: ["revokeInvitation"])

    static let revokeInvitation = Operation(
        id: "revokeInvitation", group: .workspace, summary: "Revoke an invitation",
        parameters: [.id(of: "the invitation")],
        answer: (Schema.message, ["message": "Invitation revoked successfully."]))

    private static let sessionSchema = Schema.object([
        "message": Schema.string,
        "data": Schema.object([
            "user": Schema.named("User"), "token": Schema.string, "token_type": ["const": "Bearer"],
        ]),
    ])

    private static func sessionExample(_ message: String) -> JSONValue {
        [
            "message": .string(message),
            "data": [
                "user": AccountSchemas.userExample, "token": .string(secretExample), "token_type": "Bearer",
            ],
        ]
    }

    private static let secretExample = "1|h0vJ3cXq9mT2bK7yLrWnZ5sPd8uAeGf4iQxV6oCt1b2d3f4a"
}

/// The schemas of accounts and what belongs to them, each with an example.
enum AccountSchemas {
    static let named: [JSONValue.Member] = [
        .init(name: "User", value: user), .init(name: "Workspace", value: workspace),
        .init(name: "Token", value: token), .init(name: "Invitation", value: invitation),
    ]

    static let scope: JSONValue = .enumeration(["*"] + Permission.allCases.map(\.rawValue))
    static let scopes = Schema.list(of: scope)

    private static let workspaceMembers: JSONValue = [
        "id": Schema.id, "name": Schema.string, "timezone": Schema.string, "currency": Schema.string,
    ]
    static let workspace = Schema.object(workspaceMembers)
    static let workspaceExample: JSONValue = [
        "id": 1, "name": "Acme", "timezone": "Europe/Berlin", "currency": "EUR",
    ]

    static let measuredWorkspace = Schema.object(
        .object(
            workspaceMembers.members + [
                .init(
                    name: "usage",
                    value: Schema.object([
                        "points": Schema.integer, "points_today": Schema.integer, "alert_rules": Schema.integer,
                        "channels": Schema.integer,
                    ])),
                .init(
                    name: "limits",
                    value: Schema.object([
                        "points": Schema.nullable(Schema.integer), "points_per_day": Schema.nullable(Schema.integer),
                        "import_bytes": Schema.nullable(Schema.integer),
                        "reports_per_day": Schema.nullable(Schema.integer), "alert_rules": Schema.integer,
                        "channels": Schema.integer,
                    ])),
            ]))
    static let measuredWorkspaceExample: JSONValue = .object(
        workspaceExample.members + [
            .init(
                name: "usage",
                value: ["points": 41_170, "points_today": 120, "alert_rules": 3, "channels": 1]),
            .init(
                name: "limits",
                value: [
                    "points": 100_000_000, "points_per_day": 10_000_000, "import_bytes": 2_000_000_000,
                    "reports_per_day": 500,
                    "alert_rules": 200, "channels": 20,
                ]),
        ])

    static let user = Schema.object([
        "id": Schema.id, "name": Schema.string, "email": Schema.string, "role": Schema.role,
        "permissions": Schema.list(of: .enumeration(Permission.allCases.map(\.rawValue))),
        "workspace": Schema.named("Workspace"), "created_at": Schema.instant,
    ])
    static let userExample: JSONValue = [
        "id": 2, "name": "Grace Hopper", "email": "grace@example.com", "role": "viewer",
        "permissions": ["view-analytics", "view-reports"], "workspace": workspaceExample,
        "created_at": "2026-11-23T10:00:00.000Z",
    ]

    static let token = Schema.object([
        "id": Schema.id, "name": Schema.string, "scopes": scopes, "last_used_at": Schema.nullable(Schema.instant),
        "expires_at": Schema.nullable(Schema.instant), "created_at": Schema.instant,
    ])
    static let tokenExample: JSONValue = [
        "id": 7, "name": "checkout service", "scopes": ["ingest-analytics"], "last_used_at": nil,
        "expires_at": "2027-01-01T00:00:00.000Z", "created_at": "2026-11-23T10:00:00.000Z",
    ]

    static let invitation = Schema.object([
        "id": Schema.id, "email": Schema.string, "role": Schema.role, "expires_at": Schema.instant,
        "created_at": Schema.instant,
    ])
    static let invitationExample: JSONValue = [
        "id": 3, "email": "mary@example.com", "role": "manager", "expires_at": "2026-11-30T10:00:00.000Z",
        "created_at": "2026-11-23T10:00:00.000Z",
    ]
}
