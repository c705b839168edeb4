import Base

/// A header field that this project's programs look at. Found once, while the head is parsed.
package enum KnownField: UInt8, Sendable {
    /// Any field that is not listed below.
    case other
    /// Fields that belong to one connection and are not passed on (RFC 9110 section 7.6.1).
    case connection, keepAlive, proxyConnection, te, trailer, transferEncoding, upgrade
    case proxyAuthorization, proxyAuthenticate
    /// Framing and routing.
    case host, contentLength, expect, via
    case xForwardedFor, xForwardedHost, xForwardedServer, xForwardedProto, xRealIP
    /// State and credentials.
    case cookie, setCookie, authorization, wwwAuthenticate
    /// Conditions and parts.
    case ifModifiedSince, ifUnmodifiedSince, ifNoneMatch, ifMatch, ifRange, range
    /// Descriptions of requests.
    case userAgent, referer, accept, acceptEncoding, acceptLanguage
    /// Descriptions of answers.
    case server, date, location, contentLocation, refresh, uri
    case contentType, contentRange, contentEncoding
    case acceptRanges, lastModified, etag, cacheControl, expires
    /// Instructions of an upstream to nginx, which it does not pass on.
    case xAccelRedirect, xAccelExpires, xAccelBuffering, xAccelCharset, xAccelLimitRate, xPad

    /// Recognises a field by its name in any case.
    package init(name: Span<UInt8>) {
        self = Self.find(name)
    }

    /// Whether it belongs to one connection and is not passed on.
    package var isHopByHop: Bool {
        self.rawValue >= Self.connection.rawValue
            && self.rawValue <= Self.proxyAuthenticate.rawValue
    }

    private static func find(_ name: Span<UInt8>) -> KnownField {
        guard name.count >= 2, name.count <= 19 else { return .other }
        // The length and the first letter leave one or two names to compare with.
        switch name[0] | 0x20 {
        case UInt8(ascii: "a"): return Self.matchA(name)
        case UInt8(ascii: "c"): return Self.matchC(name)
        case UInt8(ascii: "d"): return name.isEqualIgnoringCase(to: "date") ? .date : .other
        case UInt8(ascii: "e"): return Self.matchE(name)
        case UInt8(ascii: "h"): return name.isEqualIgnoringCase(to: "host") ? .host : .other
        case UInt8(ascii: "i"): return Self.matchI(name)
        case UInt8(ascii: "k"):
            return name.isEqualIgnoringCase(to: "keep-alive") ? .keepAlive : .other
        case UInt8(ascii: "l"): return Self.matchL(name)
        case UInt8(ascii: "p"): return Self.matchP(name)
        case UInt8(ascii: "r"): return Self.matchR(name)
        case UInt8(ascii: "s"): return Self.matchS(name)
        case UInt8(ascii: "t"): return Self.matchT(name)
        case UInt8(ascii: "u"): return Self.matchU(name)
        case UInt8(ascii: "v"): return name.isEqualIgnoringCase(to: "via") ? .via : .other
        case UInt8(ascii: "w"):
            return name.isEqualIgnoringCase(to: "www-authenticate") ? .wwwAuthenticate : .other
        case UInt8(ascii: "x"): return Self.matchX(name)
        default: return .other
        }
    }

    private static func matchA(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 6 where name.isEqualIgnoringCase(to: "accept"): .accept
        case 13 where name.isEqualIgnoringCase(to: "authorization"): .authorization
        case 13 where name.isEqualIgnoringCase(to: "accept-ranges"): .acceptRanges
        case 15 where name.isEqualIgnoringCase(to: "accept-encoding"): .acceptEncoding
        case 15 where name.isEqualIgnoringCase(to: "accept-language"): .acceptLanguage
        default: .other
        }
    }

    private static func matchC(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 6 where name.isEqualIgnoringCase(to: "cookie"): .cookie
        case 10 where name.isEqualIgnoringCase(to: "connection"): .connection
        case 12 where name.isEqualIgnoringCase(to: "content-type"): .contentType
        case 13 where name.isEqualIgnoringCase(to: "cache-control"): .cacheControl
        case 13 where name.isEqualIgnoringCase(to: "content-range"): .contentRange
        case 14 where name.isEqualIgnoringCase(to: "content-length"): .contentLength
        case 16 where name.isEqualIgnoringCase(to: "content-encoding"): .contentEncoding
        case 16 where name.isEqualIgnoringCase(to: "content-location"): .contentLocation
        default: .other
        }
    }

    private static func matchE(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 4 where name.isEqualIgnoringCase(to: "etag"): .etag
        case 6 where name.isEqualIgnoringCase(to: "expect"): .expect
        case 7 where name.isEqualIgnoringCase(to: "expires"): .expires
        default: .other
        }
    }

    private static func matchI(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 8 where name.isEqualIgnoringCase(to: "if-match"): .ifMatch
        case 8 where name.isEqualIgnoringCase(to: "if-range"): .ifRange
        case 13 where name.isEqualIgnoringCase(to: "if-none-match"): .ifNoneMatch
        case 17 where name.isEqualIgnoringCase(to: "if-modified-since"): .ifModifiedSince
        case 19 where name.isEqualIgnoringCase(to: "if-unmodified-since"): .ifUnmodifiedSince
        default: .other
        }
    }

    private static func matchL(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 8 where name.isEqualIgnoringCase(to: "location"): .location
        case 13 where name.isEqualIgnoringCase(to: "last-modified"): .lastModified
        default: .other
        }
    }

    private static func matchP(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 16 where name.isEqualIgnoringCase(to: "proxy-connection"): .proxyConnection
        case 18 where name.isEqualIgnoringCase(to: "proxy-authenticate"): .proxyAuthenticate
        case 19 where name.isEqualIgnoringCase(to: "proxy-authorization"): .proxyAuthorization
        default: .other
        }
    }

    private static func matchR(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 5 where name.isEqualIgnoringCase(to: "range"): .range
        case 7 where name.isEqualIgnoringCase(to: "referer"): .referer
        case 7 where name.isEqualIgnoringCase(to: "refresh"): .refresh
        default: .other
        }
    }

    private static func matchS(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 6 where name.isEqualIgnoringCase(to: "server"): .server
        case 10 where name.isEqualIgnoringCase(to: "set-cookie"): .setCookie
        default: .other
        }
    }

    private static func matchT(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 2 where name.isEqualIgnoringCase(to: "te"): .te
        case 7 where name.isEqualIgnoringCase(to: "trailer"): .trailer
        case 17 where name.isEqualIgnoringCase(to: "transfer-encoding"): .transferEncoding
        default: .other
        }
    }

    private static func matchU(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 3 where name.isEqualIgnoringCase(to: "uri"): .uri
        case 7 where name.isEqualIgnoringCase(to: "upgrade"): .upgrade
        case 10 where name.isEqualIgnoringCase(to: "user-agent"): .userAgent
        default: .other
        }
    }

    private static func matchX(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 5 where name.isEqualIgnoringCase(to: "x-pad"): .xPad
        case 9 where name.isEqualIgnoringCase(to: "x-real-ip"): .xRealIP
        case 15 where name.isEqualIgnoringCase(to: "x-forwarded-for"): .xForwardedFor
        case 15 where name.isEqualIgnoringCase(to: "x-accel-expires"): .xAccelExpires
        case 15 where name.isEqualIgnoringCase(to: "x-accel-charset"): .xAccelCharset
        case 16 where name.isEqualIgnoringCase(to: "x-forwarded-host"): .xForwardedHost
        case 16 where name.isEqualIgnoringCase(to: "x-accel-redirect"): .xAccelRedirect
        case 17 where name.isEqualIgnoringCase(to: "x-forwarded-proto"): .xForwardedProto
        case 17 where name.isEqualIgnoringCase(to: "x-accel-buffering"): .xAccelBuffering
        case 18 where name.isEqualIgnoringCase(to: "x-forwarded-server"): .xForwardedServer
        case 18 where name.isEqualIgnoringCase(to: "x-accel-limit-rate"): .xAccelLimitRate
        default: .other
        }
    }
}
