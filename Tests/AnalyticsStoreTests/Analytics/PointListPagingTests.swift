import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct PointListPagingTests {
    /// All ids of a list, page by page.
    private func pages(_ workspace: TestWorkspace, _ filter: PointFilter, size: Int) async throws -> [PointID] {
        var ids: [PointID] = []
        while true {
            let list = try await workspace.list(filter, at: .offset(ids.count), limit: size)
            ids += list.points.map(\.id)
            guard list.next != nil else { return ids }
        }
    }

    /// All ids of a list, each part where the one before says that it goes on.
    private func cursor(
        _ workspace: TestWorkspace, _ filter: PointFilter, size: Int,
        between: (Int) async throws -> Void = { _ in }
    ) async throws -> [PointID] {
        var ids: [PointID] = []
        var part = 0
        var position = PointPosition.offset(0)
        while true {
            let list = try await workspace.list(filter, at: position, limit: size)
            ids += list.points.map(\.id)
            guard let next = list.next else { return ids }
            position = .after(next)
            try await between(part)
            part += 1
        }
    }

    @Test(
        "pages and cursor visit every point exactly once and in the same order", arguments: TestDatabase.engines,
        [
            PointFilter(), PointFilter(metric: .orders), PointFilter(category: Label("a")),
            PointFilter(from: Day.d0.advanced(by: -4), to: Day.d0.advanced(by: -2)), PointFilter(source: Label("web")),
        ])
    func walks(engine: TestDatabase.Engine, filter: PointFilter) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 4)
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(NewPoint.random(700, using: &generator))

            let pages = try await pages(workspace, filter, size: 37)
            let cursor = try await cursor(workspace, filter, size: 37)

            let expected = stored.filter { filter.passes($0.point) }.map(\.id).sorted { $0.number > $1.number }
            #expect(pages == expected)
            #expect(cursor == expected)
        }
    }

    @Test(
        "a cursor visits every point that was there once, whatever is added meanwhile", arguments: TestDatabase.engines)
    func added(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 5)
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(NewPoint.random(300, using: &generator))
            let more = NewPoint.random(300, using: &generator)

            let ids = try await cursor(workspace, PointFilter(), size: 20) { part in
                try await workspace.ingest(Array(more[(part * 10)..<(part * 10 + 10)]))
            }

            #expect(Set(ids).count == ids.count)
            #expect(Set(ids).isSuperset(of: stored.map(\.id)))
            #expect(ids == ids.sorted { $0.number > $1.number })
        }
    }

    @Test("there is more exactly where a point follows", arguments: TestDatabase.engines)
    func hasMore(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(), .fixture(), .fixture())

            #expect(try await workspace.list(limit: 2).next != nil)
            #expect(try await workspace.list(limit: 3).next == nil)
            #expect(try await workspace.list(at: .offset(1), limit: 2).next == nil)
            #expect(try await workspace.list(at: .after(stored[2].id), limit: 1).next != nil)
            #expect(try await workspace.list(at: .after(stored[1].id), limit: 1).next == nil)
            #expect(try await workspace.list(at: .offset(3), limit: 2).next == nil)
        }
    }

    @Test("deep offsets pass over whole days and find what the plain order has there", arguments: TestDatabase.engines)
    func deep(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 6)
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(NewPoint.random(6_000, using: &generator))
            let filters = [
                PointFilter(), PointFilter(category: Label("e\u{301}")), PointFilter(to: .d0.advanced(by: -1)),
                PointFilter(from: .d0.advanced(by: -9)), PointFilter(source: Label("shop")),
            ]

            for filter in filters {
                let expected = stored.filter { filter.passes($0.point) }.sorted { $0.id.number > $1.id.number }
                for offset in [999, 1000, 1001, 1002, 1100, 2345, expected.count - 1, expected.count, 7_000] {
                    let list = try await workspace.list(filter, at: .offset(offset), limit: 5)

                    #expect(list.points == Array(expected.dropFirst(offset).prefix(5)))
                    #expect((list.next != nil) == (expected.count > offset + 5))
                    #expect(list.total == (filter.source == nil ? expected.count : nil))
                }
            }
        }
    }

    @Test("a deep offset that falls on the edge of a day begins with the next day", arguments: TestDatabase.engines)
    func edge(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(Array(repeating: .fixture(.users, "1"), count: 1500))
            let older = try await workspace.ingest(
                .fixture(.users, "2", on: .d0.advanced(by: -3)), .fixture(.users, "3", on: .d0.advanced(by: -3)))

            let before = try await workspace.list(at: .offset(1499), limit: 2)
            let at = try await workspace.list(at: .offset(1500), limit: 2)
            let last = try await workspace.list(at: .offset(1501), limit: 2)

            #expect(before.points.map(\.point.value.description) == ["1", "3"])
            #expect(at.points == [older[1], older[0]])
            #expect(last.points == [older[0]])
        }
    }

    @Test("the largest limits, offsets and ids are no trouble", arguments: TestDatabase.engines)
    func extremes(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(source: "a"), .fixture(source: "a"), .fixture(source: "a"))
            let newestFirst: [StoredPoint] = stored.reversed()
            let all = PointFilter()
            let bySource = PointFilter(source: Label("a"))

            for filter in [all, bySource] {
                let whole = try await workspace.list(filter, limit: .max)
                let rest = try await workspace.list(filter, at: .offset(1), limit: .max)
                let nearly = try await workspace.list(filter, at: .offset(2), limit: .max - 1)
                let after = try await workspace.list(filter, at: .after(stored[2].id), limit: .max)
                let beyond = try await workspace.list(filter, at: .offset(.max), limit: .max)
                let beyondOne = try await workspace.list(filter, at: .offset(.max - 1), limit: 1)
                let none = try await workspace.list(filter, limit: 0)
                let top = try await workspace.list(filter, at: .after(PointID(number: .max)), limit: 100)
                let bottom = try await workspace.list(filter, at: .after(PointID(number: .min)), limit: 100)

                #expect(whole.points == newestFirst)
                #expect(rest.points == [stored[1], stored[0]])
                #expect(nearly.points == [stored[0]])
                #expect(after.points == [stored[1], stored[0]])
                #expect(beyond.points.isEmpty && beyondOne.points.isEmpty && bottom.points.isEmpty)
                #expect(none.points.isEmpty && none.next != nil)
                #expect(top.points == newestFirst)
                #expect([whole, rest, nearly, after, beyond, beyondOne, top, bottom].allSatisfy { $0.next == nil })
            }
        }
    }
}
