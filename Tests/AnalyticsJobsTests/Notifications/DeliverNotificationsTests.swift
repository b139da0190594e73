import AnalyticsCore
import AnalyticsJobs
import AnalyticsTesting
import Foundation
import HTTPTypes
import Logging
import ServiceLifecycle
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct DeliverNotificationsTests {
    @Test("a webhook gets what happened, signed, and the log says so", arguments: TestDatabase.engines)
    func delivered(engine: TestDatabase.Engine) async throws {
        try await Receiver.with { receiver, url in
            try await withDatabase(engine) { database in
                let rig = try await DeliveryRig(database, url: url)
                try await rig.announce(.notifying())

                await rig.worker().deliverDue()

                let message = try #require(receiver.messages.first)
                let delivery = try #require(await rig.latest())
                #expect(receiver.messages.count == 1)
                #expect(message.path == "/hook?a=1")
                #expect(message.body == #"{"type":"alert-triggered","at":"2026-11-23T10:00:00.000Z"}"#)
                #expect(message.headers["content-type"] == "application/json")
                #expect(message.headers["webhook-id"] == delivery.messageID)
                #expect(message.headers["webhook-timestamp"] == "1795428000")
                #expect(message.headers["webhook-signature"]?.hasPrefix("v1,") == true)
                #expect(delivery.status == .delivered)
                #expect(delivery.attempts.map(\.statusCode) == [204])
                #expect(delivery.attempts.map(\.error) == [nil])
            }
        }
    }

    @Test(
        "a receiver that is down three times gets the message once it is up, once, under one id",
        arguments: TestDatabase.engines)
    func retried(engine: TestDatabase.Engine) async throws {
        try await Receiver.with { receiver, url in
            try await withDatabase(engine) { database in
                let rig = try await DeliveryRig(database, url: url)
                receiver.reply(.status(500), .status(503, headers: [.retryAfter: "60"]), .status(302))
                try await rig.announce(.notifying())
                let worker = rig.worker()

                var pauses: [Int64] = []
                await worker.deliverDue()
                while let next = try await rig.latest()?.nextAttemptAt {
                    let pause = next.milliseconds - rig.clock.now.milliseconds
                    rig.clock.advance(seconds: (pause + 999) / 1000)
                    pauses.append(pause / 1000)
                    await worker.deliverDue()
                }
                rig.clock.advance(seconds: 86_400)
                await worker.deliverDue()

                let delivery = try #require(await rig.latest())
                #expect(delivery.status == .delivered)
                #expect(delivery.attempts.map(\.statusCode) == [204, 302, 503, 500])
                #expect(delivery.attempts[1].error == "The receiver answered 302, and redirects are not followed.")
                #expect(receiver.messages.count == 4)
                #expect(Set(receiver.messages.map { $0.headers["webhook-id"] }) == [delivery.messageID])
                #expect((4...6).contains(pauses[0]))
                #expect(pauses[1] == 60)
                #expect((96...144).contains(pauses[2]))
            }
        }
    }

    @Test("410 ends it and stops the channel", arguments: TestDatabase.engines)
    func gone(engine: TestDatabase.Engine) async throws {
        try await Receiver.with { receiver, url in
            try await withDatabase(engine) { database in
                let rig = try await DeliveryRig(database, url: url)
                receiver.reply(.status(410))
                try await rig.announce(.notifying())

                await rig.worker().deliverDue()
                try await rig.announce(.notifying(.resolved))
                await rig.worker().deliverDue()

                let channel = try await ChannelStore(database: database).channel(1, workspaceID: 1)
                #expect(channel?.definition.isActive == false)
                #expect(channel?.disabledReason == "The receiver answered 410 Gone.")
                #expect(receiver.messages.count == 1)
                #expect(try await rig.deliveries.all().map(\.status) == [.failed])
            }
        }
    }

    @Test("what a process had under way when it was killed is delivered by the next", arguments: TestDatabase.engines)
    func restart(engine: TestDatabase.Engine) async throws {
        try await Receiver.with { receiver, url in
            try await withDatabase(engine) { database in
                let rig = try await DeliveryRig(database, url: url)
                for _ in 0..<5 { try await rig.announce(.notifying()) }
                // Taken, and nothing is ever heard of it.
                let lost = try await DeliveryQueue(database: database).take(
                    3, mostInLane: 3, underWay: [:], now: rig.clock.now)

                await rig.worker().deliverDue()
                let before = receiver.messages.count
                rig.clock.advance(seconds: DeliveryQueue.leaseSeconds)
                await rig.worker().deliverDue()

                #expect(lost.count == 3)
                #expect(before == 2)
                #expect(receiver.messages.count == 5)
                #expect(Set(receiver.messages.map { $0.headers["webhook-id"] }).count == 5)
                #expect(try await rig.deliveries.all().allSatisfy { $0.status == .delivered })
            }
        }
    }

    @Test("two nodes on one outbox deliver each message once", arguments: TestDatabase.engines)
    func twoNodes(engine: TestDatabase.Engine) async throws {
        try await Receiver.with { receiver, url in
            try await withDatabase(engine) { database in
                let rig = try await DeliveryRig(database, url: url)
                for _ in 0..<10 { try await rig.announce(.notifying()) }

                async let first: Void = rig.worker().deliverDue()
                async let second: Void = rig.worker().deliverDue()
                _ = await (first, second)

                #expect(receiver.messages.count == 10)
                #expect(Set(receiver.messages.map { $0.headers["webhook-id"] }).count == 10)
                #expect(try await rig.deliveries.all().allSatisfy { $0.status == .delivered })
            }
        }
    }

    @Test(
        "a running worker delivers as soon as something is committed, past a receiver that is slow, and ends its work",
        arguments: TestDatabase.engines)
    func running(engine: TestDatabase.Engine) async throws {
        try await Receiver.with { slow, slowURL in
            try await Receiver.with { receiver, url in
                try await withDatabase(engine) { database in
                    let rig = try await DeliveryRig(database, url: slowURL)
                    _ = try await ChannelStore(database: database).fixture(.fixture(url: url))
                    slow.reply(.silence, .silence)
                    var logger = Logger(label: "test")
                    logger.logLevel = .critical
                    let group = ServiceGroup(
                        configuration: .init(services: [.init(service: rig.worker())], logger: logger))
                    let run = Task { try await group.run() }
                    var arrivals = receiver.arrivals.makeAsyncIterator()
                    var slowArrivals = slow.arrivals.makeAsyncIterator()

                    for _ in 0..<3 { try await rig.announce(.notifying()) }
                    for _ in 0..<3 { _ = await arrivals.next() }
                    for _ in 0..<2 { _ = await slowArrivals.next() }
                    let underWay = slow.messages.count
                    await group.triggerGracefulShutdown()
                    slow.goOn()
                    try await run.value

                    #expect(underWay == 2)
                    let statuses = try await rig.deliveries.all().map(\.status)
                    #expect(statuses.filter { $0 == .delivered }.count >= 2)
                    #expect(
                        try await rig.deliveries.all(channelID: 2).map(\.status)
                            == Array(repeating: .delivered, count: 3))
                }
            }
        }
    }

    @Test("a receiver that does not answer is given up after the time-out", arguments: TestDatabase.engines)
    func timeout(engine: TestDatabase.Engine) async throws {
        try await Receiver.with { receiver, url in
            try await withDatabase(engine) { database in
                let rig = try await DeliveryRig(database, url: url)
                receiver.reply(.silence)
                try await rig.announce(.notifying())

                await rig.worker(timeoutSeconds: 1).deliverDue()

                let delivery = try #require(await rig.latest())
                #expect(delivery.status == .pending)
                #expect(delivery.attempts.first?.error == "The receiver did not answer in time.")
            }
        }
    }

    @Test(
        "a URL that leads inside is not connected to, and the log says why",
        arguments: ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]"])
    func inside(host: String) async throws {
        try await Receiver.with { receiver, url in
            try await withDatabase { database in
                let rig = try await DeliveryRig(database, url: url.replacing("127.0.0.1", with: host))
                try await rig.announce(.notifying())

                await rig.worker(networks: ReachableNetworks()).deliverDue()

                let delivery = try #require(await rig.latest())
                #expect(receiver.messages.isEmpty)
                #expect(delivery.status == .pending)
                #expect(
                    delivery.attempts.map(\.error) == [
                        "The URL leads to a private, local or reserved address, which WEBHOOK_ALLOW does not name."
                    ])
            }
        }
    }

    @Test("the checked address is the one connected to, whatever the name stands for; one bad address is enough")
    func pinned() async throws {
        try await Receiver.with { receiver, url in
            let target = try WebhookURL(url.replacing("127.0.0.1", with: "hooks.example.invalid"))
            func check(_ addresses: String...) -> TargetCheck {
                TargetCheck(networks: DeliveryRig.loopback) { _, _ in addresses.compactMap { NetworkAddress($0) } }
            }

            let sent = await HTTPTransport(check: check("127.0.0.1")).post([], to: target, for: 1, now: .t0)
            let mixed = await HTTPTransport(check: check("127.0.0.1", "10.0.0.1")).post(
                [], to: target, for: 1, now: .t0)
            let nowhere = await HTTPTransport(check: check()).post([], to: target, for: 1, now: .t0)

            #expect(sent == .delivered(statusCode: 204))
            #expect(mixed == .failed(error: TargetCheck.Refusal.unreachable.reason))
            #expect(nowhere == .failed(error: "The URL's host has no address."))
            #expect(receiver.messages.count == 1)
            #expect(receiver.messages.first?.headers["host"]?.hasPrefix("hooks.example.invalid") == true)
        }
    }

    @Test(
        "the published library of Standard Webhooks accepts a message, by either secret after a rotation",
        .enabled(if: PythonScript.isAvailable, Comment(rawValue: PythonScript.none)))
    func verified() async throws {
        var generator = SystemRandomNumberGenerator()
        let secrets = (0..<3).map { _ in WebhookSecret(using: &generator) }
        let body = #"{"type":"alert-triggered","data":{"message":"Größer als 100 €"}}"#
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let signature = WebhookSignature(of: Array(body.utf8), id: "msg_1", now: now, secrets: Array(secrets.prefix(2)))
        func verify(_ secret: WebhookSecret) async throws -> String? {
            let message: [String: Any] = [
                "secret": secret.text, "body": body,
                "headers": Dictionary(uniqueKeysWithValues: signature.headers.map { ($0.name, $0.value) }),
            ]
            let script = try PythonScript("verify_webhook.py")
            defer { script.stop() }
            let json = try JSONSerialization.data(withJSONObject: message)
            try script.send(String(decoding: json, as: UTF8.self))
            return try await script.nextLine()
        }

        let results = [try await verify(secrets[0]), try await verify(secrets[1]), try await verify(secrets[2])]

        #expect(results == ["alert-triggered", "alert-triggered", nil])
    }
}
