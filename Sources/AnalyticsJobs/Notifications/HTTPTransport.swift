public import AnalyticsCore
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Sends notifications by HTTP.
///
/// The address that was checked is the one that is connected to, whatever the name stands for a moment later; the
/// certificate must still be the name's. Redirects are not followed, for they could lead anywhere. What is answered is
/// not read, apart from its header.
public struct HTTPTransport: Sendable {
    private let check: TargetCheck
    private let timeout: TimeAmount

    /// A transport.
    ///
    /// - Parameters:
    ///   - check: Decides where it may go.
    ///   - timeoutSeconds: How long everything may take together, behind the look-up of the name.
    public init(check: TargetCheck, timeoutSeconds: Int64 = 10) {
        self.check = check
        timeout = .seconds(timeoutSeconds)
    }

    /// Posts JSON.
    ///
    /// - Parameters:
    ///   - body: The JSON.
    ///   - url: Where to.
    ///   - workspaceID: For whom.
    ///   - headers: Further header fields.
    ///   - now: The clock, for receivers that name a date after which to try again.
    public func post(
        _ body: [UInt8], to url: WebhookURL, for workspaceID: Int64, headers: [(name: String, value: String)] = [],
        now: Instant
    ) async -> DeliveryResult {
        let address: NetworkAddress
        do throws(TargetCheck.Refusal) {
            address = try await check.address(of: url, for: workspaceID)
        } catch {
            return .failed(error: error.reason)
        }
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers = HTTPHeaders(
            [("Content-Type", "application/json"), ("User-Agent", "AnalyticsPro")] + headers.map { ($0.name, $0.value) }
        )
        request.body = .bytes(ByteBuffer(bytes: body))
        return await send(request, host: url.host, address: address, now: now)
    }

    /// Where a name leads is a setting of a whole client, so each message has its own; they share their threads.
    private func send(
        _ request: HTTPClientRequest, host: String, address: NetworkAddress, now: Instant
    ) async -> DeliveryResult {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: timeout, read: timeout))
        configuration.dnsOverride = [host: address.description]
        configuration.httpVersion = .http1Only
        // The next try comes later, and another place is not kept from its own meanwhile.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: DeliveryResult
        do {
            let response = try await client.execute(request, timeout: timeout)
            result = Self.result(of: response, now: now)
        } catch {
            result = .failed(error: Self.reason(error))
        }
        // Ends what is left of the connection; that it was busy is no failure.
        try? await client.shutdown()
        return result
    }

    private static func result(of response: HTTPClientResponse, now: Instant) -> DeliveryResult {
        let code = Int(response.status.code)
        switch code {
        case 200..<300: return .delivered(statusCode: code)
        case 410: return .gone(statusCode: code)
        case 300..<400:
            return .failed(statusCode: code, error: "The receiver answered \(code), and redirects are not followed.")
        default:
            return .failed(
                statusCode: code, error: "The receiver answered \(code).",
                retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap {
                    RetryAfter.seconds($0, now: now)
                })
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded:
            "The receiver did not answer in time."
        case let error as HTTPClientError where error == .readTimeout:
            "The receiver did not answer in time."
        case let error as HTTPClientError:
            "The receiver could not be reached: \(error.shortDescription)."
        case is CancellationError:
            "The server was stopped."
        default:
            "The receiver could not be reached: \(String(describing: error).prefix(200))."
        }
    }
}
