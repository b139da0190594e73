public import AnalyticsCore
import CCurl
import NIOPosix

/// Hands mail over to a server, on threads of its own.
///
/// Where some of several recipients are refused the others get theirs.
public struct SMTPTransport: Sendable {
    private let server: SMTPServer
    private let sender: MailSender
    private let authorities: String?
    private let timeoutSeconds: Int
    private let threads: NIOThreadPool
    /// Who is next; nil where whoever hands over mail sees to that.
    private let places: WorkspacePlaces?
    private let now: @Sendable () -> Instant

    /// libcurl asks to be set up once, before any thread uses it.
    private static let isSetUp = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// A transport whose threads run until the process ends.
    ///
    /// - Parameters:
    ///   - server: Where mail is handed over.
    ///   - sender: Whom it is from.
    ///   - authorities: A file of certificates that are trusted instead of the system's.
    ///   - threadCount: The number of mails at a time.
    ///   - takesTurns: Whether workspaces take turns here; otherwise mail goes in the order in which it comes.
    ///   - timeoutSeconds: How long everything may take together; it is shorter than the lease of a delivery.
    ///   - now: The clock, for the date of each mail.
    public init(
        server: SMTPServer, sender: MailSender, authorities: String? = nil, threadCount: Int = 4,
        takesTurns: Bool = false,
        timeoutSeconds: Int = 20,
        now: @escaping @Sendable () -> Instant
    ) {
        self.server = server
        self.sender = sender
        self.authorities = authorities
        self.timeoutSeconds = timeoutSeconds
        self.now = now
        places = takesTurns ? WorkspacePlaces(count: threadCount) : nil
        threads = NIOThreadPool(numberOfThreads: threadCount)
        threads.start()
    }

    /// Hands a mail over.
    public func send(_ mail: Mail) async -> DeliveryResult {
        guard let places else { return await sendNow(mail) }
        let hasPlace = await withCheckedContinuation { continuation in
            let isWaiting = places.add(mail.workspaceID) { continuation.resume(returning: true) }
            if !isWaiting { continuation.resume(returning: false) }
        }
        guard hasPlace else { return .failed(error: "Too many mails of the workspace wait.") }
        defer { places.leave(mail.workspaceID) }
        return await sendNow(mail)
    }

    private func sendNow(_ mail: Mail) async -> DeliveryResult {
        let message = MailMessage(mail, from: sender, now: now())
        do {
            return try await threads.runIfActive { transfer(message.text, to: mail.recipients) }
        } catch {
            return .failed(error: "The server was stopped.")
        }
    }

    private func transfer(_ message: String, to recipients: [EmailAddress]) -> DeliveryResult {
        guard Self.isSetUp, let handle = curl_easy_init() else {
            return .failed(error: "Mail cannot be sent: libcurl could not be set up.")
        }
        defer { curl_easy_cleanup(handle) }
        var list: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(list) }
        for recipient in recipients { list = curl_slist_append(list, "<\(recipient.text)>") }

        var message = message
        var reason = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        // All that libcurl is given by address stays where it is until the transfer has ended.
        let code = message.withUTF8 { bytes in
            reason.withUnsafeMutableBufferPointer { reason in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    var upload = ccurl_upload(bytes: characters.baseAddress, length: characters.count, offset: 0)
                    return withUnsafeMutablePointer(to: &upload) { upload in
                        setUp(handle, recipients: list, upload: upload, reason: reason.baseAddress)
                            ?? curl_easy_perform(handle)
                    }
                }
            }
        }
        guard code == CURLE_OK else {
            let answer = ccurl_response_code(handle)
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let explanation = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
            return .failed(
                statusCode: answer > 0 ? answer : nil, error: "The mail was not accepted: \(explanation)")
        }
        return .delivered(statusCode: nil)
    }

    /// Tells libcurl what to do.
    ///
    /// - Returns: Why that failed; nil where it did not.
    private func setUp(
        _ handle: UnsafeMutableRawPointer, recipients: UnsafeMutablePointer<curl_slist>?,
        upload: UnsafeMutablePointer<ccurl_upload>, reason: UnsafeMutablePointer<CChar>?
    ) -> CURLcode? {
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        let scheme = server.security == .tls ? "smtps" : "smtp"
        var texts: [(CURLoption, String)] = [
            // What stands in the path is what this side calls itself.
            (CURLOPT_URL, "\(scheme)://\(host):\(server.port)/\(sender.domain)"), (CURLOPT_PROXY, ""),
            (CURLOPT_PROTOCOLS_STR, "smtp,smtps"), (CURLOPT_MAIL_FROM, "<\(sender.address.text)>"),
        ]
        if let login = server.login {
            texts += [(CURLOPT_USERNAME, login.user), (CURLOPT_PASSWORD, login.password)]
        }
        if let authorities { texts.append((CURLOPT_CAINFO, authorities)) }
        let usesTLS =
            switch server.security {
            case .tls, .startTLS: CURLUSESSL_ALL
            case .startTLSIfOffered: CURLUSESSL_TRY
            case .none: CURLUSESSL_NONE
            }
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_USE_SSL, Int(usesTLS.rawValue)), (CURLOPT_NOSIGNAL, 1), (CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1),
            (CURLOPT_CONNECTTIMEOUT, min(10, timeoutSeconds)), (CURLOPT_TIMEOUT, timeoutSeconds),
        ]
        let codes =
            [ccurl_set_error_buffer(handle, reason)] + texts.map { ccurl_set_text(handle, $0.0, $0.1) }
            + numbers.map { ccurl_set_number(handle, $0.0, $0.1) }
            + [ccurl_set_list(handle, CURLOPT_MAIL_RCPT, recipients), ccurl_set_upload(handle, upload)]
        return codes.first { $0 != CURLE_OK }
    }
}
