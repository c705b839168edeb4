/// What becomes of an attribute of a Tomcat configuration element.
package enum AttributeTreatment: Equatable, Sendable {
    /// It does what Tomcat's does.
    case honoured
    /// Something else does its work; one notice at the start says what.
    case replaced(String)
    /// It has no effect, which one notice at the start says; nothing is lost by it.
    case ignored(String)
    /// The file is refused, as serving without it would not be what its author asked for.
    case refused(String)
}

/// An element kind as the table knows it: an element's name, and the class where that decides.
package enum ElementKind: String, CaseIterable, Sendable {
    /// The elements of server.xml and context.xml.
    case server = "Server", service = "Service", connector = "Connector", engine = "Engine"
    case host = "Host", alias = "Alias", context = "Context", executor = "Executor"
    case listener = "Listener", realm = "Realm", resource = "Resource", resources = "Resources"
    case globalNamingResources = "GlobalNamingResources", resourceLink = "ResourceLink"
    case parameter = "Parameter", environment = "Environment", loader = "Loader"
    case watchedResource = "WatchedResource", cookieProcessor = "CookieProcessor"
    case credentialHandler = "CredentialHandler", cluster = "Cluster", jarScanner = "JarScanner"
    case sslHostConfig = "SSLHostConfig", upgradeProtocol = "UpgradeProtocol"
    case sessionIdGenerator = "SessionIdGenerator", store = "Store"
    /// Managers and valves by their classes.
    case memcachedManager = "Manager (memcached)", standardManager = "Manager (standard)"
    case accessLogValve = "Valve (access log)", remoteIPValve = "Valve (remote IP)"
    case errorReportValve = "Valve (error report)"
}

/// The one table that says what each attribute of each element does here. The reader checks files
/// by it, error messages list it, and the tests walk it.
package enum AttributeTable {
    private static let loops =
        "one loop a core serves all connections; sessiond's --loops says how many"
    private static let java = "no Java classes run here"
    private static let tls = "TLS ends at the balancer; give this connector plain HTTP"

    /// The treatment of an attribute, or nil when the element has no such attribute.
    package static func treatment(
        of attribute: String, in kind: ElementKind
    ) -> AttributeTreatment? {
        Self.rules[kind]?[attribute]
    }

    /// The names of all attributes an element may have here, sorted.
    package static func names(of kind: ElementKind) -> [String] {
        (Self.rules[kind] ?? [:]).keys.sorted()
    }

    /// All rules.
    package static let rules: [ElementKind: [String: AttributeTreatment]] = [
        .server: Self.table(
            honoured: "port shutdown address portOffset",
            ignored: ["className utilityThreads utilityThreadsAsDaemon": Self.java]),
        .service: Self.table(
            honoured: "name", ignored: ["className": Self.java],
            replaced: ["gracefulStopAwaitMillis": "SIGTERM always drains, for up to 30 s"]),
        .connector: Self.connector,
        .engine: Self.table(
            honoured: "name defaultHost jvmRoute",
            ignored: ["className startStopThreads": Self.java],
            replaced: ["backgroundProcessorDelay": "folders are looked at each second"]),
        .host: Self.host,
        .alias: [:],
        .context: Self.context,
        .globalNamingResources: [:],
        .parameter: Self.table(honoured: "name value override description"),
        .watchedResource: [:],
        .cookieProcessor: Self.table(
            honoured: "className sameSiteCookies",
            ignored: ["forwardSlashIsSeparator": "cookies are read as RFC 6265 has them"],
            refused: [
                "partitioned": "partitioned cookies are not known here; set sameSiteCookies only"
            ]),
        .sessionIdGenerator: Self.table(
            honoured: "className sessionIdLength jvmRoute",
            ignored: [
                "secureRandomClass secureRandomAlgorithm secureRandomProvider":
                    "the kernel's random numbers are used"
            ]),
        .memcachedManager: Self.memcachedManager,
        .standardManager: Self.standardManager,
        .accessLogValve: Self.accessLogValve,
        .remoteIPValve: Self.remoteIPValve,
        .errorReportValve: Self.table(
            honoured: "className showServerInfo",
            ignored: ["showReport": "no stack trace of the program is ever shown"]),
    ]

    private static let connector = Self.table(
        honoured: """
            port address protocol connectionTimeout keepAliveTimeout maxKeepAliveRequests \
            acceptCount maxHttpHeaderSize maxHttpRequestHeaderSize maxHeaderCount maxPostSize \
            maxSavePostSize maxParameterCount maxSwallowSize redirectPort URIEncoding scheme \
            secure \
            proxyName proxyPort server unixDomainSocketPath unixDomainSocketPathPermissions \
            allowTrace connectionUploadTimeout xpoweredBy enableLookups portOffset
            """,
        ignored: [
            "useBodyEncodingForURI": "queries are always read as UTF-8",
            "tcpNoDelay connectionLinger socketBuffer bindOnInit ajpFlush":
                "the loop sets its sockets itself",
            "disableUploadTimeout asyncTimeout useSendfile useIPVHosts":
                "it has no counterpart here",
            "compression compressionMinSize compressibleMimeType noCompressionUserAgents":
                "answers are compressed by the balancer or not at all",
            "URIEncodingForced parseBodyMethods rejectIllegalHeader relaxedPathChars "
                + "relaxedQueryChars encodedSolidusHandling encodedReverseSolidusHandling "
                + "maxCookieCount "
                + "maxTrailerSize maxExtensionSize allowedTrailerHeaders allowHostHeaderMismatch "
                + "discardRequestsAndResponses enforceEncodingInGetWriter maxPartCount "
                + "maxPartHeaderSize noCompressionStrongETag restrictedUserAgents "
                + "serverRemoveAppProvidedValues throwOnFailure useKeepAliveResponseHeader "
                + "ciphers className": "requests are always parsed strictly, within fixed limits",
        ],
        replaced: [
            "maxThreads minSpareThreads threadPriority executor maxConnections processorCache "
                + "acceptorThreadCount pollerThreadCount selectorTimeout maxSpareThreads "
                + "maxIdleTime maxQueueSize useVirtualThreads executorTerminationTimeoutMillis":
                Self.loops,
            "useInheritedChannel": "sockets passed by systemd under the name http are taken",
        ],
        refused: [
            "SSLEnabled sslProtocol sslEnabledProtocols keystoreFile keystorePass "
                + "SSLCertificateFile SSLCertificateKeyFile defaultSSLHostConfigName clientAuth":
                Self.tls,
            "secret secretRequired requiredSecret packetSize":
                "there is no AJP; connect the balancer by HTTP",
        ])

    private static let host = Self.table(
        honoured: "name appBase autoDeploy deployOnStartup deployIgnore unpackWARs workDir",
        ignored: [
            "className xmlValidation xmlNamespaceAware deployXML copyXML "
                + "failCtxIfServletStartFails "
                + "createDirs errorReportValveClass xmlBase hostConfigClass contextClass "
                + "startStopThreads undeployOldVersions legacyAppBase": "it has no counterpart here"
        ],
        replaced: ["backgroundProcessorDelay": "folders are looked at each second"])

    private static let context = Self.table(
        honoured: """
            path docBase reloadable cookies sessionCookieName sessionCookiePath \
            sessionCookieDomain \
            sessionCookiePathUsesTrailingSlash useHttpOnly displayName allowCasualMultipartParsing \
            mapperContextRootRedirectEnabled mapperDirectoryRedirectEnabled
            """,
        ignored: [
            "className antiResourceLocking privileged swallowOutput useNaming override "
                + "crossContext "
                + "workDir unpackWAR crawlerUserAgents cachingAllowed cacheMaxSize cacheTTL "
                + "clearReferencesStopThreads clearReferencesStopTimerThreads unloadDelay "
                + "wrapperClass "
                + "clearReferencesHttpClientKeepAliveThread clearReferencesRmiTargets "
                + "clearReferencesThreadLocals processTlds tldValidation xmlValidation "
                + "xmlNamespaceAware "
                + "logEffectiveWebXml jndiExceptionOnFailedWrite renewThreadsWhenStoppingContext "
                + "addWebinfClassesResources containerSciFilter fireRequestListenersOnForwards "
                + "delegate denyUncoveredHttpMethods altDDName": Self.java,
            "allowMultipleLeadingForwardSlashInPath dispatcherWrapsSameObject "
                + "dispatchersUseEncodedPaths preemptiveAuthentication "
                + "validateClientProvidedNewSessionId "
                + "resourceOnlyServlets sendRedirectBody skipMemoryLeakChecksOnJvmShutdown "
                + "useRelativeRedirects webappVersion createUploadTargets "
                + "parallelAnnotationScanning": "it has no counterpart here",
        ],
        replaced: ["backgroundProcessorDelay": "folders are looked at each second"],
        refused: [
            "usePartitioned": "partitioned cookies are not known here",
            "allowLinking": "links out of a web application's folder are never followed",
        ])

    private static let memcachedManager = Self.table(
        honoured: """
            className memcachedNodes failoverNodes sticky lockingMode lockExpiration \
            requestUriIgnorePattern sessionBackupAsync operationTimeout storageKeyPrefix \
            sessionAttributeFilter enabled enableStatistics maxInactiveInterval maxActiveSessions \
            memcachedProtocol
            """,
        ignored: [
            "distributable secureRandomClass secureRandomAlgorithm secureRandomProvider "
                + "randomClass entropy algorithm sessionAttributeNameFilter pathname "
                + "sessionAttributeValueClassNameFilter warnOnSessionAttributeFilterFailure "
                + "notifyListenersOnReplication rememberActualSessionIds":
                "it has no counterpart here",
            "sessionIdLength": "ids always have 16 random bytes",
        ],
        replaced: [
            "transcoderFactoryClass copyCollectionsForSerialization customConverter":
                "sessions are stored in Holdfast's own language-neutral form",
            "sessionBackupTimeout": "operationTimeout bounds every wait for the store",
            "backupThreadCount": Self.loops,
            "processExpiresFrequency": "expired sessions are looked for all the time",
        ],
        refused: [
            "username password": "SASL needs the binary protocol, which is not offered"
        ])

    private static let standardManager = Self.table(
        honoured: "className maxActiveSessions maxInactiveInterval",
        ignored: [
            "distributable secureRandomClass secureRandomAlgorithm secureRandomProvider "
                + "sessionAttributeNameFilter sessionAttributeValueClassNameFilter randomClass "
                + "entropy "
                + "algorithm warnOnSessionAttributeFilterFailure persistAuthentication "
                + "notifyAttributeListenerOnUnchangedValue notifyBindingListenerOnUnchangedValue "
                + "sessionActivityCheck sessionLastAccessAtStart persistAuthenticationNotes":
                "it has no counterpart here",
            "sessionIdLength": "ids always have 16 random bytes",
            "pathname": "local sessions end with the process; memcachedNodes keeps them",
        ],
        replaced: ["processExpiresFrequency": "expired sessions are looked for all the time"])

    private static let accessLogValve = Self.table(
        honoured: """
            className directory prefix suffix pattern fileDateFormat rotatable rotateable \
            condition conditionUnless conditionIf requestAttributesEnabled buffered resolveHosts \
            enabled renameOnRotate maxDays
            """,
        ignored: [
            "encoding locale ipv6Canonical checkExists asyncSupported maxLogMessageBufferSize":
                "lines are UTF-8 with English month names"
        ])

    private static let remoteIPValve = Self.table(
        honoured: """
            className remoteIpHeader internalProxies trustedProxies proxiesHeader protocolHeader \
            protocolHeaderHttpsValue httpServerPort httpsServerPort requestAttributesEnabled
            """,
        ignored: ["asyncSupported": "it has no counterpart here"],
        refused: [
            "hostHeader portHeader changeLocalName changeLocalPort":
                "the server's name is not taken from a proxy's header"
        ])

    /// Elements whose attributes all have the same fate, whatever their names.
    package static let uniform: [ElementKind: AttributeTreatment] = [
        .executor: .replaced(Self.loops),
        .listener: .ignored("it looks after a Java process"),
        .realm: .honoured, .resource: .honoured, .credentialHandler: .honoured,
        .resources: .ignored("files are always read from their folder"),
        .resourceLink: .ignored("there is no JNDI"), .environment: .ignored("there is no JNDI"),
        .loader: .ignored(Self.java), .jarScanner: .ignored(Self.java),
        .cluster: .refused(
            "sessions are shared by a Manager with memcachedNodes, not by a Cluster"),
        .sslHostConfig: .refused(Self.tls), .upgradeProtocol: .ignored("HTTP/1.1 is spoken"),
        .store: .refused("only memcached servers hold sessions"),
    ]

    private static func table(
        honoured: String = "", ignored: [String: String] = [:], replaced: [String: String] = [:],
        refused: [String: String] = [:]
    ) -> [String: AttributeTreatment] {
        var rules: [String: AttributeTreatment] = [:]
        for name in honoured.split(separator: " ") { rules[String(name)] = .honoured }
        for (names, reason) in ignored {
            for name in names.split(separator: " ") { rules[String(name)] = .ignored(reason) }
        }
        for (names, reason) in replaced {
            for name in names.split(separator: " ") { rules[String(name)] = .replaced(reason) }
        }
        for (names, reason) in refused {
            for name in names.split(separator: " ") { rules[String(name)] = .refused(reason) }
        }
        return rules
    }
}
