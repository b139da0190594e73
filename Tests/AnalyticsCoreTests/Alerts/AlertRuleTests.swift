import AnalyticsCore
import Testing

@Suite struct AlertRuleTests {
    @Test(
        "a figure is held against the threshold by exact decimals",
        arguments: [
            (Comparison.below, [true, false, false]), (.atMost, [true, true, false]), (.equal, [false, true, false]),
            (.atLeast, [false, true, true]), (.above, [false, false, true]),
        ] as [(Comparison, [Bool])])
    func comparison(comparison: Comparison, expected: [Bool]) {
        let rule = NewAlertRule.fixture(.revenue, comparison, 0.3)

        let found = [0.2999, 0.3, 0.3001].map { rule.isBroken(by: Amount(floatLiteral: $0)) }

        #expect(found == expected)
    }

    @Test("a good figure recovers, and with a threshold of its own only one that is good enough")
    func recovery() {
        let plain = NewAlertRule.fixture(.revenue, .below, 100)
        let careful = NewAlertRule.fixture(.revenue, .below, 100, recover: 120)
        let high = NewAlertRule.fixture(.bounceRate, .atLeast, 60, recover: 50)
        let exact = NewAlertRule.fixture(.orders, .equal, 0)

        #expect([99, 100, 119, 120].map { plain.isRecovered(by: $0) } == [false, true, true, true])
        #expect([99, 100, 119, 120].map { careful.isRecovered(by: $0) } == [false, false, false, true])
        #expect([60, 59, 51, 50].map { high.isRecovered(by: $0) } == [false, false, false, true])
        #expect([0, 1].map { exact.isRecovered(by: $0) } == [false, true])
    }

    @Test("a sum that may still grow waits for its day to fall short, and to be good where it must not be too high")
    func waiting() {
        func waits(_ metric: Metric, _ comparison: Comparison, _ condition: AlertCondition = .daily) -> [Bool] {
            let rule = NewAlertRule.fixture(metric, comparison, condition: condition)
            return [rule.breaksWithDay, rule.recoversWithDay]
        }

        #expect(waits(.revenue, .below) == [true, false])
        #expect(waits(.revenue, .atMost, .dailyChangePercent) == [true, false])
        #expect(waits(.orders, .equal) == [true, true])
        #expect(waits(.revenue, .above) == [false, true])
        #expect(waits(.revenue, .atLeast, .dailyChangePercent) == [false, true])
        #expect(waits(.bounceRate, .below) == [false, false])
        #expect(waits(.revenue, .below, .value) == [false, false])
    }

    @Test(
        "what does not fit together is named",
        arguments: [
            (NewAlertRule.fixture(.revenue, nil), ["operator"]), (.fixture(.revenue, .below, nil), ["threshold"]),
            (.fixture(condition: .missing), ["at"]), (.fixture(at: LocalTime(minutes: 540)), ["at"]),
            (.fixture(days: 2), ["consecutive_days"]), (.fixture(recover: 99), ["recover_threshold"]),
            (.fixture(.revenue, .above, 100, recover: 101), ["recover_threshold"]),
            (.fixture(.revenue, .equal, 100, recover: 100), ["recover_threshold"]),
            (.fixture(condition: .missing, at: LocalTime(minutes: 0), recover: 1), ["recover_threshold"]),
            (.fixture(condition: .daily, at: LocalTime(minutes: 0), recover: 100, days: 31), []),
            (.fixture(.revenue, .above, 100, recover: 100), []),
        ] as [(NewAlertRule, [String])])
    func fit(rule: NewAlertRule, fields: [String]) {
        var rule = rule
        var rules = FieldRules()

        rule.settle(&rules)

        #expect(rules.issues.map(\.field) == fields)
    }

    @Test("operator and threshold mean nothing where points are missing")
    func missing() {
        var rule = NewAlertRule.fixture(condition: .missing, at: LocalTime(minutes: 540))
        var rules = FieldRules()

        rule.settle(&rules)

        #expect(rules.issues.isEmpty)
        #expect(rule.comparison == nil && rule.threshold == nil)
    }

    @Test("a snooze holds until its end, or until a figure is good")
    func snooze() {
        let now = Instant(milliseconds: 1_000_000)
        var rule = AlertRule(id: 1, definition: .fixture(), createdAt: now, updatedAt: now)

        #expect(!rule.isSnoozed(at: now))
        rule.snooze = .until(now.advanced(bySeconds: 60))
        #expect(rule.isSnoozed(at: now.advanced(bySeconds: 59)))
        #expect(!rule.isSnoozed(at: now.advanced(bySeconds: 60)))
        rule.snooze = .untilRecovered
        #expect(rule.isSnoozed(at: now.advanced(bySeconds: 1_000_000)))
    }

    @Test("what happened is said as a sentence")
    func message() {
        let now = Instant(milliseconds: 0)
        func message(_ rule: NewAlertRule, _ value: Amount?) -> String {
            AlertRule(id: 1, definition: rule, createdAt: now, updatedAt: now)
                .message(of: Breach(value: value, day: .d0), currency: "EUR")
        }

        #expect(message(.fixture(), 80) == "Low: revenue on 2026-11-23 was 80 EUR, which is below 100 EUR.")
        #expect(
            message(.fixture(.orders, .atLeast, 5, category: "Books", condition: .daily, days: 3), 7)
                == "Low: the total of orders of Books on 2026-11-23 was 7, which is at or above 5, "
                + "as on the 2 days before.")
        #expect(
            message(.fixture(.bounceRate, .above, 60, condition: .daily), 61.5)
                == "Low: the mean of bounce rate on 2026-11-23 was 61.5 %, which is above 60 %.")
        #expect(
            message(.fixture(.users, .above, 50, condition: .dailyChangePercent), 80.25)
                == "Low: users on 2026-11-23 changed by +80.25 % against the week before, which is above 50 %.")
        #expect(
            message(.fixture(.sessionDuration, condition: .missing, at: LocalTime(minutes: 545)), nil)
                == "Low: no data point of session duration had come for 2026-11-23 by 09:05.")
    }
}
