import COpenSSL

/// What a handshake has brought: what was agreed, and who the peer is.
package struct TLSPeer: Equatable, Sendable {
    /// The most names that are taken from a certificate.
    private static let nameCountMax = 64
    private static let nameByteCountMax = 256

    /// The version, such as `TLSv1.3`.
    package let version: String
    /// The cipher's name.
    package let cipher: String
    /// Whether an earlier session was taken up again.
    package let isResumed: Bool
    /// Whether the peer showed a certificate and it was found valid.
    package let isVerified: Bool
    /// The subject of the peer's certificate (RFC 2253), or nil when it has shown none.
    package let subject: String?
    /// The common name of that subject.
    package let commonName: String?
    /// The DNS names of the certificate.
    package let dnsNames: [String]

    // SAFETY: `ssl` is alive; the certificate's use that is counted here is given back.
    init(reading ssl: OpaquePointer) {
        self.version = unsafe String(cString: SSL_get_version(ssl))
        let cipher = unsafe SSL_get_current_cipher(ssl)
        self.cipher = unsafe SSL_CIPHER_get_name(cipher).map { unsafe String(cString: $0) } ?? ""
        self.isResumed = unsafe SSL_session_reused(ssl) == 1
        guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else {
            self.isVerified = false
            self.subject = nil
            self.commonName = nil
            self.dnsNames = []
            return
        }
        self.isVerified = unsafe SSL_get_verify_result(ssl) == Int(X509_V_OK)
        self.subject = unsafe Self.subject(of: certificate)
        self.commonName = unsafe Self.commonName(of: certificate)
        self.dnsNames = unsafe Self.dnsNames(of: certificate)
        unsafe X509_free(certificate)
    }

    /// The subject of a certificate in one line.
    // SAFETY: the certificate is alive; the memory BIO is freed here after its text was copied.
    static func subject(of certificate: OpaquePointer) -> String {
        guard let memory = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(memory) }
        _ = unsafe X509_NAME_print_ex(
            memory, X509_get_subject_name(certificate), 0, holdfast_name_form())
        var bytes = [UInt8](repeating: 0, count: Self.nameByteCountMax)
        let count = unsafe BIO_read(memory, &bytes, Int32(bytes.count))
        return String(decoding: bytes.prefix(max(0, Int(count))), as: UTF8.self)
    }

    // SAFETY: as above; the text's memory belongs to the certificate and is copied at once.
    private static func commonName(of certificate: OpaquePointer) -> String? {
        let name = unsafe X509_get_subject_name(certificate)
        let place = unsafe X509_NAME_get_index_by_NID(name, NID_commonName, -1)
        guard place >= 0,
            let text = unsafe X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place)),
            let start = unsafe ASN1_STRING_get0_data(text)
        else { return nil }
        let count = Int(unsafe ASN1_STRING_length(text))
        let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    // SAFETY: as above; at most `room.count` bytes are written into the array.
    private static func dnsNames(of certificate: OpaquePointer) -> [String] {
        var names: [String] = []
        var room = [CChar](repeating: 0, count: Self.nameByteCountMax)
        while names.count < Self.nameCountMax {
            let count = unsafe holdfast_certificate_dns_name(
                certificate, Int32(names.count), &room, room.count)
            if count < 0 { break }
            names.append(
                String(decoding: room.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return names
    }
}
