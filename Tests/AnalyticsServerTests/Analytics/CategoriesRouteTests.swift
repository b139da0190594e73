import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct CategoriesRouteTests {
    @Test("revenue is split by category, largest first, and the percentages add up to a hundred")
    func split() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([
                .fixture(.revenue, "2.50", category: "Toys"), .fixture(.revenue, "1", category: "Books"),
                .fixture(.revenue, "1.50", on: Day.d0.advanced(by: -29), category: "Books"),
                .fixture(.revenue, "2.50"), .fixture(.revenue, "99", on: Day.d0.advanced(by: -30), category: "Old"),
                .fixture(.orders, "77", category: "Orders"),
            ])

            let answer = try await api.get("/api/v1/analytics/categories", token: token)

            #expect(answer.status == .ok)
            #expect(
                answer.text == #"{"data":{"period":30,"total":7.5,"labels":["Books","Toys","Uncategorized"],"#
                    + #""data":[33.34,33.33,33.33],"categories":["#
                    + #"{"category":"Books","total":2.5,"percentage":33.34},"#
                    + #"{"category":"Toys","total":2.5,"percentage":33.33},"#
                    + #"{"category":"Uncategorized","total":2.5,"percentage":33.33}]}}"#)
        }
    }

    @Test("the period decides what is counted")
    func periods() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([
                .fixture(.revenue, "1", category: "A"),
                .fixture(.revenue, "3", on: Day.d0.advanced(by: -13), category: "B"),
            ])

            let week = try await api.get("/api/v1/analytics/categories?period=7", token: token)
            let twoWeeks = try await api.get("/api/v1/analytics/categories?period=14", token: token)
            let day = try await api.get("/api/v1/analytics/categories?from=2026-11-10&to=2026-11-10", token: token)

            #expect(
                week.text
                    == #"{"data":{"period":7,"total":1,"labels":["A"],"data":[100],"categories":[{"category":"A","total":1,"percentage":100}]}}"#
            )
            #expect(twoWeeks.text.contains(#""period":14,"total":4,"labels":["B","A"],"data":[75,25],"#))
            #expect(day.text.contains(#""period":1,"total":3,"labels":["B"],"data":[100],"#))
        }
    }

    @Test("a refund makes a negative share")
    func negativeShare() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([.fixture(.revenue, "400", category: "A"), .fixture(.revenue, "-100", category: "B")])

            let answer = try await api.get("/api/v1/analytics/categories", token: token)

            #expect(answer.text.contains(#""total":300,"labels":["A","B"],"data":[133.33,-33.33],"#))
        }
    }

    @Test("without revenue, or with less than nothing, there are no percentages")
    func noShares() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let empty = try await api.get("/api/v1/analytics/categories", token: token)
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 5, "category": "A"}"#, token: token)
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": -5}"#, token: token)
            let zero = try await api.get("/api/v1/analytics/categories", token: token)
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": -0.01}"#, token: token)
            let negative = try await api.get("/api/v1/analytics/categories", token: token)

            #expect(empty.text == #"{"data":{"period":30,"total":0,"labels":[],"data":null,"categories":[]}}"#)
            #expect(
                zero.text
                    == #"{"data":{"period":30,"total":0,"labels":["A","Uncategorized"],"data":null,"categories":["#
                    + #"{"category":"A","total":5,"percentage":null},"#
                    + #"{"category":"Uncategorized","total":-5,"percentage":null}]}}"#)
            #expect(negative.text.contains(#""total":-0.01,"labels":["A","Uncategorized"],"data":null,"#))
        }
    }

    @Test("beyond a hundred categories the rest is one row, and the percentages still add up")
    func manyCategories() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store((1...107).map { try .fixture(.revenue, "\($0)", category: "c\($0)") })

            let answer = try await api.get("/api/v1/analytics/categories", token: token)

            let labels = try #require(answer["data.labels"] as? [String])
            let percentages = try #require(answer.text.firstMatch(of: /"data":\[([0-9.,]+)\]/)).output.1
            let amounts = try percentages.split(separator: ",").map { try Amount(parsing: String($0)) }
            #expect(labels.count == 101)
            #expect(labels.first == "c107")
            #expect(labels.last == "Other")
            #expect(answer.text.contains(#"{"category":"Other","total":28,"percentage":"#))
            #expect(Amount.sum(amounts)?.description == "100")
        }
    }
}
