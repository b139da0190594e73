import AnalyticsCore
import Testing

@Suite struct NoticeWindowTests {
    @Test("twenty notices of a minute go singly, critical ones up to four hundred")
    func ways() {
        var window = NoticeWindow(openedAt: Instant(milliseconds: 0))

        let others = (0..<25).map { _ in window.add(.info) }
        let critical = (0..<401).map { _ in window.add(.critical) }

        #expect(others.count { $0 == .singly } == 20)
        #expect(others.last == .gathered)
        #expect(critical.count { $0 == .singly } == 400)
        #expect(critical.last == .gathered)
    }

    @Test("critical notices are among the twenty, so that a warning behind them is gathered")
    func common() {
        var window = NoticeWindow(openedAt: Instant(milliseconds: 0))
        for _ in 0..<20 { _ = window.add(.critical) }

        #expect(window.add(.warning) == .gathered)
    }

    @Test("a minute ends after sixty seconds, and when the clock is set back")
    func end() {
        let window = NoticeWindow(openedAt: Instant(milliseconds: 1_000))

        #expect(
            [999, 1_000, 60_999, 61_000].map { window.contains(Instant(milliseconds: $0)) } == [
                false, true, true, false,
            ])
        #expect(window.end == Instant(milliseconds: 61_000))
    }

    @Test("a title of a digest says how many there are, and of which kinds")
    func title() {
        func title(_ events: [Notice.Event], omitted: Int) -> String {
            let notices = events.map {
                Notice(event: $0, at: Instant(milliseconds: 0), workspace: "Acme", subject: .nothing)
            }
            return Notice(
                event: .digest, at: Instant(milliseconds: 0), workspace: "Acme",
                subject: .digest(notices, omitted: omitted)
            ).title
        }

        #expect(title([.triggered, .triggered, .resolved], omitted: 0) == "3 alerts: 2 opened, 1 resolved")
        #expect(title([.updated], omitted: 9) == "10 alerts: 1 reminders, and others")
        #expect(title([.updated], omitted: .max) == "\(Int.max) alerts: 1 reminders, and others")
    }
}
