import Base
import HTTPProtocol
import HTTPTransport
import SystemInterface

extension RequestHandler {
    private static let allowed: StaticString = "OPTIONS, GET, HEAD, POST"
    /// The line between the parts of an answer with several ranges.
    private static let boundary: StaticString = "HOLDFAST_MIME_BOUNDARY"

    /// Answers with a static file, as Tomcat's default servlet does.
    func answerFile(_ path: String) async throws {
        let head = self.exchange.head
        switch head.method {
        case .get, .head, .post: break
        case .options:
            self.connection.beginResponse(200)
            self.connection.addField("Allow", Self.allowed)
            self.connection.endHead(.length(0))
            return self.connection.finish()
        case .put, .delete, .trace: return self.sendMethodNotAllowed(Self.allowed)
        default: return self.sendError(501, "The method is not known here.")
        }
        guard let application = self.exchange.route.application,
            let file = self.worker.files.file(
                path, contentType: Self.mediaType(of: path, in: application))
        else { return try await self.sendApplicationError(404, "") }
        let outcome = FileConditions.decide(
            FileConditions.Fields(head, method: head.method), entityTag: file.entityTag,
            modifiedUnixSeconds: file.modifiedUnixSeconds, size: file.size)
        switch outcome {
        case .notModified:
            self.connection.beginResponse(304)
            self.connection.addField("ETag", file.entityTag)
            self.connection.endHead(.length(0))
            self.connection.finish()
        case .preconditionFailed: try await self.sendApplicationError(412, "")
        case .rangeNotSatisfiable:
            let page = ByteBuffer()
            ErrorPage.write(416, to: page)
            self.connection.beginResponse(416)
            self.connection.addField("Content-Range", "bytes */\(file.size)")
            self.connection.addField("Content-Type", "text/html;charset=utf-8")
            self.connection.endHead(.length(UInt64(page.count)))
            self.connection.write(page.bytes)
            self.connection.finish()
        case .whole:
            self.begin(file, status: 200)
            if let type = file.contentType { self.connection.addField("Content-Type", type) }
            self.connection.endHead(.length(UInt64(file.size)))
            try await self.send(file, 0..<file.size)
            self.connection.finish()
        case .ranges(let ranges): try await self.send(file, ranges)
        }
    }

    func sendMethodNotAllowed(_ allowed: StaticString, _ message: String = "") {
        let page = ByteBuffer()
        ErrorPage.write(405, message: message, to: page)
        self.connection.beginResponse(405)
        self.connection.addField("Allow", allowed)
        self.connection.addField("Content-Type", "text/html;charset=utf-8")
        self.connection.endHead(.length(UInt64(page.count)))
        self.connection.write(page.bytes)
        self.connection.finish()
    }

    private func begin(_ file: StaticFile, status: Int) {
        self.connection.beginResponse(status)
        self.connection.addField("Accept-Ranges", "bytes")
        self.connection.addField("ETag", file.entityTag)
        self.connection.addField("Last-Modified", file.lastModified)
    }

    private func send(_ file: StaticFile, _ ranges: [Range<Int64>]) async throws {
        self.begin(file, status: 206)
        if ranges.count == 1 {
            let range = ranges[0]
            self.connection.addField("Content-Range", Self.contentRange(range, of: file))
            if let type = file.contentType { self.connection.addField("Content-Type", type) }
            self.connection.endHead(.length(UInt64(range.count)))
            try await self.send(file, range)
            return self.connection.finish()
        }
        self.connection.addField(
            "Content-Type", "multipart/byteranges; boundary=\(Self.boundary)")
        let heads = ranges.map { range in
            var text = "\r\n--\(Self.boundary)\r\n"
            if let type = file.contentType { text += "Content-Type: \(type)\r\n" }
            return text + "Content-Range: \(Self.contentRange(range, of: file))\r\n\r\n"
        }
        let end = "\r\n--\(Self.boundary)--\r\n"
        let byteCount =
            heads.reduce(0) { $0 + $1.utf8.count } + ranges.reduce(0) { $0 + $1.count }
            + end.utf8.count
        self.connection.endHead(.length(UInt64(byteCount)))
        for (head, range) in zip(heads, ranges) {
            self.connection.write(head.utf8.span)
            try await self.send(file, range)
        }
        self.connection.write(end.utf8.span)
        self.connection.finish()
    }

    private static func contentRange(_ range: Range<Int64>, of file: StaticFile) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
    }

    private func send(_ file: StaticFile, _ range: Range<Int64>) async throws {
        guard !range.isEmpty else { return }
        if let contents = file.contents {
            self.connection.write(
                contents.bytes.extracting(Int(range.lowerBound)..<Int(range.upperBound)))
            return try await self.connection.relieve()
        }
        let descriptor = try Files.open(file.path, .read)
        try await self.connection.sendFile(
            descriptor, offset: range.lowerBound, byteCount: Int64(range.count))
    }
}
