package import Base
internal import CExpat

/// Reads XML by expat into a tree with places.
///
/// Files on disk may be hostile here as little as anywhere: external entities are refused, nesting
/// and the number of elements are limited, and expat itself stops entities that grow without end.
package enum XMLReader {
    /// How deep elements may stand in each other.
    package static let depthMax = 64
    /// How many elements a file may have; Tomcat's own web.xml has 4,700.
    package static let elementCountMax = 50_000
    /// How large a file may be, in bytes.
    package static let byteCountMax = 4 << 20

    /// Reads a whole document.
    ///
    /// - Throws: the first mistake, with its place.
    package static func parse(
        _ source: [UInt8], file: String
    ) throws(Diagnostic) -> XMLDocument {
        guard source.count <= Self.byteCountMax else {
            throw Diagnostic(file: file, message: "the file has more than 4 MiB")
        }
        let builder = XMLTreeBuilder(source: source, file: file)
        // SAFETY: the parser is made, used and freed by this call.
        guard let parser = unsafe XML_ParserCreate(nil) else {
            throw Diagnostic(file: file, message: "no memory for an XML parser")
        }
        defer { unsafe XML_ParserFree(parser) }
        Self.install(builder, in: UInt(bitPattern: parser))
        // SAFETY: the bytes and the builder live through the call.
        let hasFailed = unsafe source.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe XML_Parse(parser, start, Int32(bytes.count), 1) != XML_STATUS_OK
        }
        if let failure = builder.failure { throw failure }
        if hasFailed { throw Self.syntaxError(parser: UInt(bitPattern: parser), builder) }
        guard let root = builder.root else {
            throw Diagnostic(file: file, line: 1, column: 1, message: "the file has no element")
        }
        return XMLDocument(file: file, root: root, source: source)
    }

    private static func syntaxError(parser: UInt, _ builder: XMLTreeBuilder) -> Diagnostic {
        // SAFETY: the caller's parser is alive; expat's texts are constants.
        let parser = unsafe OpaquePointer(bitPattern: parser)
        let place = unsafe XMLPlace(
            line: Int(XML_GetCurrentLineNumber(parser)),
            column: Int(XML_GetCurrentColumnNumber(parser)) + 1)
        var reason = "not well-formed"
        if let text = unsafe XML_ErrorString(XML_GetErrorCode(parser)) {
            reason = unsafe String(cString: text)
        }
        return XMLDocument.diagnostic(
            file: builder.file, source: builder.source, place, "XML: \(reason)")
    }

    private static func install(_ builder: XMLTreeBuilder, in parser: UInt) {
        // SAFETY: the builder outlives the parser's use, in `parse`; the handlers turn the user
        // data back into that same builder and copy every C string before they return.
        let parser = unsafe OpaquePointer(bitPattern: parser)
        builder.parser = UInt(bitPattern: parser)
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
        unsafe XML_SetElementHandler(
            parser,
            { data, name, attributes in
                guard let builder = unsafe XMLTreeBuilder.from(data), let name = unsafe name else {
                    return
                }
                var pairs: [(String, String)] = []
                var index = 0
                while let attributes = unsafe attributes, let key = unsafe attributes[index],
                    let value = unsafe attributes[index + 1]
                {
                    unsafe pairs.append((String(cString: key), String(cString: value)))
                    index += 2
                }
                builder.began(unsafe String(cString: name), pairs)
            },
            { data, _ in unsafe XMLTreeBuilder.from(data)?.ended() })
        unsafe XML_SetCharacterDataHandler(parser) { data, text, count in
            guard let builder = unsafe XMLTreeBuilder.from(data), let text = unsafe text else {
                return
            }
            let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(count))
            builder.sawText(unsafe String(decoding: bytes, as: UTF8.self))
        }
        unsafe XML_SetExternalEntityRefHandler(parser) { parser, _, _, _, _ in
            guard let data = unsafe XMLReader.userData(of: parser) else { return 0 }
            unsafe XMLTreeBuilder.from(data)?.refuse("external entities are refused")
            return 0
        }
        unsafe XML_SetSkippedEntityHandler(parser) { data, name, _ in
            guard let builder = unsafe XMLTreeBuilder.from(data), let name = unsafe name else {
                return
            }
            builder.refuse(unsafe "the entity &\(String(cString: name)); is not defined")
        }
    }

    /// What `XML_GetUserData` is in C: a macro that reads the parser's first word.
    fileprivate static func userData(of parser: XML_Parser?) -> UnsafeMutableRawPointer? {
        // SAFETY: expat.h defines XML_GetUserData as `(*(void **)(parser))`.
        guard let parser = unsafe parser else { return nil }
        return unsafe UnsafeMutableRawPointer(parser)
            .assumingMemoryBound(to: UnsafeMutableRawPointer?.self).pointee
    }
}

/// Takes expat's events and puts the tree together.
private final class XMLTreeBuilder {
    let source: [UInt8]
    let file: String
    var parser: UInt = 0
    var root: XMLElement?
    var failure: Diagnostic?
    private var open: [XMLElement] = []
    private var elementCount = 0

    init(source: [UInt8], file: String) {
        self.source = source
        self.file = file
    }

    static func from(_ data: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
        // SAFETY: expat gives back the pointer it was given.
        guard let data = unsafe data else { return nil }
        // SAFETY: the user data is always the builder that `XMLReader.parse` holds.
        return unsafe Unmanaged<XMLTreeBuilder>.fromOpaque(data).takeUnretainedValue()
    }

    func began(_ name: String, _ pairs: [(String, String)]) {
        self.elementCount += 1
        if self.open.count >= XMLReader.depthMax {
            return self.refuse("elements stand more than \(XMLReader.depthMax) deep")
        }
        if self.elementCount > XMLReader.elementCountMax {
            return self.refuse("the file has more than \(XMLReader.elementCountMax) elements")
        }
        let start = self.place
        let names = self.attributePlaces(from: start)
        let attributes = pairs.enumerated().map { index, pair in
            XMLAttribute(
                name: pair.0, value: pair.1, place: index < names.count ? names[index] : start)
        }
        let local = name.split(separator: ":").last.map(String.init) ?? name
        self.open.append(XMLElement(name: local, attributes: attributes, place: start))
    }

    func ended() {
        guard var element = self.open.popLast() else { return }
        element.text = element.text.trimmedOfWhiteSpace
        if self.open.isEmpty {
            self.root = element
        } else {
            self.open[self.open.count - 1].children.append(element)
        }
    }

    func sawText(_ text: String) {
        if !self.open.isEmpty { self.open[self.open.count - 1].text += text }
    }

    func refuse(_ message: String) {
        guard self.failure == nil else { return }
        self.failure = XMLDocument.diagnostic(
            file: self.file, source: self.source, self.place, message)
        // SAFETY: called from the parser's own handlers only.
        unsafe XML_StopParser(OpaquePointer(bitPattern: self.parser), 0)
    }

    private var place: XMLPlace {
        // SAFETY: called from the parser's own handlers only.
        let parser = unsafe OpaquePointer(bitPattern: self.parser)
        return unsafe XMLPlace(
            line: Int(XML_GetCurrentLineNumber(parser)),
            column: Int(XML_GetCurrentColumnNumber(parser)) + 1)
    }

    /// Where the attributes' names stand in the start tag. expat tells only where the tag begins,
    /// so the tag is read once more; it is known to be well-formed. None within an entity's text.
    private func attributePlaces(from start: XMLPlace) -> [XMLPlace] {
        // SAFETY: called from the parser's own handlers only.
        let parser = unsafe OpaquePointer(bitPattern: self.parser)
        let first = unsafe Int(XML_GetCurrentByteIndex(parser))
        let count = unsafe Int(XML_GetCurrentByteCount(parser))
        guard first >= 0, count > 0, first + count <= self.source.count else { return [] }
        var places: [XMLPlace] = []
        var here = start
        var quote: UInt8 = 0
        var isInName = true  // the element's own name
        for byte in self.source[first..<(first + count)] {
            let isBlank = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
                isInName = false
            } else if isBlank || byte == UInt8(ascii: "=") {
                isInName = isInName && byte == UInt8(ascii: "=")
            } else if !isInName, byte != UInt8(ascii: ">"), byte != UInt8(ascii: "/") {
                places.append(here)
                isInName = true
            }
            if byte == 0x0A {
                here = XMLPlace(line: here.line + 1, column: 1)
            } else {
                here.column += 1
            }
        }
        return places
    }
}
