// A pure table: the media types that servers know by a file name's ending.

/// Media types by file name.
package enum MediaTypes {
    /// The type of bytes of which nothing is known.
    package static let unknown = "application/octet-stream"

    /// By the ending, lower case, without its dot.
    package static let byExtension: [String: String] = [
        "html": "text/html", "htm": "text/html", "shtml": "text/html", "css": "text/css",
        "xml": "text/xml", "txt": "text/plain", "csv": "text/csv", "md": "text/markdown",
        "js": "application/javascript", "mjs": "application/javascript",
        "json": "application/json", "map": "application/json",
        "webmanifest": "application/manifest+json", "rss": "application/rss+xml",
        "atom": "application/atom+xml", "xhtml": "application/xhtml+xml",
        "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png",
        "svg": "image/svg+xml", "svgz": "image/svg+xml", "ico": "image/x-icon",
        "webp": "image/webp", "avif": "image/avif", "tif": "image/tiff", "tiff": "image/tiff",
        "bmp": "image/x-ms-bmp", "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf",
        "otf": "font/otf", "eot": "application/vnd.ms-fontobject", "wasm": "application/wasm",
        "pdf": "application/pdf", "ps": "application/postscript", "rtf": "application/rtf",
        "zip": "application/zip", "gz": "application/gzip", "bz2": "application/x-bzip2",
        "xz": "application/x-xz", "7z": "application/x-7z-compressed",
        "tar": "application/x-tar", "rar": "application/x-rar-compressed",
        "jar": "application/java-archive", "war": "application/java-archive",
        "doc": "application/msword", "xls": "application/vnd.ms-excel",
        "ppt": "application/vnd.ms-powerpoint",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "mp3": "audio/mpeg", "ogg": "audio/ogg", "m4a": "audio/x-m4a", "wav": "audio/x-wav",
        "mid": "audio/midi", "mp4": "video/mp4", "mpeg": "video/mpeg", "mpg": "video/mpeg",
        "webm": "video/webm", "mov": "video/quicktime", "avi": "video/x-msvideo",
        "flv": "video/x-flv", "3gp": "video/3gpp", "ts": "video/mp2t",
        "bin": "application/octet-stream", "exe": "application/octet-stream",
        "deb": "application/octet-stream", "iso": "application/octet-stream",
        "img": "application/octet-stream",
    ]

    /// The ending of a path's last segment in lower case, without its dot; nil when it has none.
    package static func fileExtension(of path: String) -> String? {
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...]
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let ending = name[name.index(after: dot)...]
        return ending.isEmpty ? nil : Substring(ending).lowercased()
    }

    /// The type of a file by its name, or nil when its ending is not known.
    package static func type(ofPath path: String) -> String? {
        Self.fileExtension(of: path).flatMap { Self.byExtension[$0] }
    }
}
