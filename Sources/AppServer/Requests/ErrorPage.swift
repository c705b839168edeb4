import Base
import HTTPProtocol

/// The page that tells of an error when the application has none of its own.
enum ErrorPage {
    /// Writes the page.
    ///
    /// - Parameters:
    ///   - message: what exactly went wrong, plain text; may be empty.
    ///   - details: HTML that is put below as it stands, such as a page's mistake with its lines.
    static func write(
        _ status: Int, message: String = "", details: String = "", to output: ByteBuffer
    ) {
        let reason = ReasonPhrase.of(status)
        output.append(
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>
            """ as StaticString)
        output.append("HTTP Status \(status) – " as String)
        output.append(reason)
        output.append(
            """
            </title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; margin: 3em auto;
                   max-width: 50em; padding: 0 1em; color: #222; }
            h1 { font-size: 1.4em; border-bottom: 3px solid #256; padding-bottom: .3em; }
            pre { background: #f4f4f0; padding: 1em; overflow-x: auto; }
            </style>
            </head>
            <body>
            <h1>
            """ as StaticString)
        output.append("HTTP Status \(status) – " as String)
        output.append(reason)
        output.append("</h1>\n" as StaticString)
        if !message.isEmpty {
            output.append("<p>" as StaticString)
            Self.append(escaped: message, to: output)
            output.append("</p>\n" as StaticString)
        }
        let explanation = Self.explanation(of: status)
        output.append("<p>" as StaticString)
        output.append(explanation)
        output.append("</p>\n" as StaticString)
        output.append(details)
        output.append("</body>\n</html>\n" as StaticString)
    }

    /// Appends text so that it means itself in HTML.
    static func append(escaped text: String, to output: ByteBuffer) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): output.append("&lt;" as StaticString)
            case UInt8(ascii: ">"): output.append("&gt;" as StaticString)
            case UInt8(ascii: "&"): output.append("&amp;" as StaticString)
            case UInt8(ascii: "\""): output.append("&quot;" as StaticString)
            case UInt8(ascii: "'"): output.append("&#39;" as StaticString)
            default: output.append(byte)
            }
        }
    }

    private static func explanation(of status: Int) -> StaticString {
        switch status {
        case 400: "The request could not be understood, so it was not answered."
        case 403: "The request was understood and is not allowed."
        case 404: "There is nothing at this address, or nothing that may be shown."
        case 405: "What is at this address cannot be used with this method."
        case 408: "The request did not come in time."
        case 412: "A condition of the request does not hold."
        case 413: "The request is larger than this server takes."
        case 414: "The address is longer than this server takes."
        case 416: "The part that was asked for is not there."
        case 431: "The request's header is larger than this server takes."
        case 500: "The server met a condition that kept it from answering."
        case 501: "This server does not know the method."
        case 503: "The server cannot answer at present; later it may."
        case 505: "This version of HTTP is not spoken here."
        case 400..<500: "The request could not be answered as it was made."
        default: "The server could not answer."
        }
    }
}
