// swift-tools-version: 6.2
import PackageDescription

let environment = Context.environment

// Every Swift target is built with these; each line says what it buys.
let commonSettings: [SwiftSetting] = [
    .strictMemorySafety(),  // unsafe code stands only where the word `unsafe` stands
    .treatAllWarnings(as: .error),  // a warning is a question nobody answered
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461: async code stays on its loop
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444: a file imports what it uses
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409: imports do not leak
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335: `any` is visible where it costs
    // Dynamic exclusivity checks stay on in debug builds, which all tests run; they were a quarter of a
    // request's instructions in release builds (callgrind, Docs/decisions/0001-loop.md).
    .unsafeFlags(["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release)),
    // Without it no program holds the megabyte of regular expressions that none uses.
    .unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"]),
    .enableExperimentalFeature("Lifetimes"),  // `@_lifetime` for the spans that buffers hand out
]

// For `--sanitize=thread`, which else does not see all that the toolchain's locks do.
let seesMutexes = environment["HOLDFAST_THREAD_SANITIZER"] != nil

// Module -> what it may import. The same table is checked against the source by TidyTests.
let modules: [(name: String, dependencies: [Target.Dependency])] = [
    ("Base", []),
    ("MemcacheProtocol", ["Base"]),
    ("HTTPProtocol", ["Base"]),
    ("CacheStorage", ["Base"]),
    ("CacheReplication", ["Base"]),
    ("LoadBalancing", ["Base"]),
    ("PatternMatching", ["Base", "CPCRE2"]),
    ("Sessions", ["Base"]),
    ("ExpressionLanguage", ["Base"]),
    ("PageTemplates", ["Base", "ExpressionLanguage"]),
    ("SystemInterface", ["Base", "CLinux"]),
    ("EventLoop", ["Base", "SystemInterface", "COpenSSL"]),
    ("HTTPTransport", ["Base", "HTTPProtocol", "EventLoop", "SystemInterface"]),
    ("MemcacheClient", ["Base", "MemcacheProtocol", "EventLoop", "SystemInterface"]),
    (
        "DaemonKit",
        [
            "Base", "SystemInterface", "EventLoop", "HTTPProtocol", "HTTPTransport", "CSystemd",
            .product(name: "Logging", package: "swift-log"),
        ]
    ),
    (
        "CacheServer",
        [
            "Base", "MemcacheProtocol", "CacheStorage", "CacheReplication", "SystemInterface",
            "EventLoop", "DaemonKit", "HTTPProtocol", "HTTPTransport", .product(name: "Logging", package: "swift-log"),
        ]
    ),
    (
        "BalancerServer",
        [
            "Base", "HTTPProtocol", "LoadBalancing", "SystemInterface", "EventLoop", "HTTPTransport",
            "DaemonKit", "PatternMatching", .product(name: "Logging", package: "swift-log"),
        ]
    ),
    (
        "AppServer",
        [
            "Base", "HTTPProtocol", "Sessions", "ExpressionLanguage", "PageTemplates",
            "SystemInterface", "EventLoop", "HTTPTransport", "MemcacheProtocol", "MemcacheClient",
            "DaemonKit", "PatternMatching", "CExpat", .product(name: "Logging", package: "swift-log"),
        ]
    ),
    (
        "ControlCommands",
        [
            "Base", "HTTPProtocol", "MemcacheProtocol", "SystemInterface", "EventLoop",
            "HTTPTransport", "MemcacheClient",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ]
    ),
]

let executables: [(name: String, library: Target.Dependency)] = [
    ("cached", "CacheServer"), ("balancerd", "BalancerServer"), ("sessiond", "AppServer"),
    ("ctl", "ControlCommands"),
]

// HOLDFAST_TESTS=BaseTests,CacheStorageTests declares only those test targets, so that work on one
// module need not build the tests of all.
let chosenTests = environment["HOLDFAST_TESTS"].map { $0.split(separator: ",").map(String.init) }

var targets: [Target] = [
    .target(name: "CLinux"),
    .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .target(
        name: "TestSupport", dependencies: ["Base", "SystemInterface", "EventLoop"],
        path: "Tests/TestSupport"),
]
var testTargets: [Target] = [
    .testTarget(name: "TidyTests", dependencies: [])
]
for module in modules {
    let seen: [Target.Dependency] = seesMutexes && module.name == "Base" ? ["SeenMutex"] : []
    targets.append(.target(name: module.name, dependencies: module.dependencies + seen))
    testTargets.append(
        .testTarget(
            name: "\(module.name)Tests",
            dependencies: module.dependencies.filter { dependency in
                if case .productItem = dependency { return false }
                return true
            } + [.byName(name: module.name), "TestSupport"]))
}
for executable in executables {
    targets.append(.executableTarget(name: executable.name, dependencies: [executable.library]))
}
if environment["HOLDFAST_BENCHMARKS"] != nil {
    targets.append(
        .executableTarget(
            name: "LoadGenerator", dependencies: ["Base", "SystemInterface", "EventLoop"],
            path: "Tests/Benchmarks/LoadGenerator"))
    targets.append(
        .executableTarget(
            name: "InProcess",
            dependencies: ["Base", "SystemInterface", "CacheStorage", "MemcacheProtocol"],
            path: "Tests/Benchmarks/InProcess"))
    targets.append(
        .executableTarget(
            name: "Turns",
            dependencies: [
                "Base", "SystemInterface", "EventLoop", "DaemonKit", "CacheServer",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Benchmarks/Turns"))
}
if seesMutexes {
    targets.append(.target(name: "SeenMutex", path: "Tests/ThreadSanitizer/SeenMutex"))
}
targets += testTargets.filter { chosenTests?.contains($0.name) ?? true }
for target in targets where target.type != .system && !["CLinux", "SeenMutex"].contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + commonSettings
}

let package = Package(
    name: "holdfast",
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
