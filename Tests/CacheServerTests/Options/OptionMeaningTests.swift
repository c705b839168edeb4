import CacheStorage
import Testing

@testable import CacheServer

/// What options mean that have more than one form, and what they mean for each other.
struct OptionMeaningTests {
    private static func read(_ line: String) throws -> CacheOptions {
        try CacheOptions(["cached"] + line.split(separator: " ").map(String.init))
    }

    @Test func aListenerHasItsOwnSettings() throws {
        let options = try Self.read(
            "-Z -l notls:proto[binary]:tag[services]:127.0.0.1:7,btls:tag_tools_:[::1]:8;mtls:*")
        let endpoints = options.network.endpoints
        #expect(endpoints.map(\.tls) == [.none, .basic, .mutual])
        #expect(endpoints.map(\.protocolChoice) == [.binary, nil, nil])
        #expect(endpoints.map(\.tag) == ["services", "tools", ""])
        #expect(endpoints.map(\.host) == ["127.0.0.1", "::1", nil])
        #expect(endpoints.map(\.port) == [7, 8, nil])
        #expect(try options.network.listeners().count == 4)
    }

    @Test func anAddressIsTakenOnce() throws {
        #expect(try Self.read("-l 127.0.0.1 -l 127.0.0.1").network.endpoints.count == 1)
        #expect(try Self.read("-l ::1").network.endpoints.map(\.host) == ["::1"])
        #expect(try Self.read("-l 127.0.0.1 -l ::1").network.interfaceText == "127.0.0.1,::1")
    }

    @Test(arguments: [
        ("-X 11222 -x 10.0.0.1", 11_222, true), ("-X11222", 11_222, true), ("-X", 11_212, false),
        ("-XW", 11_212, false), ("-X -W", 11_212, false), ("-X 7 -X", 7, false),
        ("--disable-dumping", 11_212, false), ("-vX", 11_212, false),
    ])
    func aNumberBehindXIsThePortOfReplication(line: String, port: Int, dumps: Bool) throws {
        let options = try Self.read(line)
        #expect(options.replication.port == port && options.commands.allowsDump == dumps)
    }

    @Test func peersMayBeSeveral() throws {
        let replication = try Self.read("-x a -x b:5 -q 65536").replication
        #expect(replication.peers == ["a", "b:5"] && replication.queueCountMax == 65_536)
        #expect(ReplicationOptions().queueCountMax == 8_192)
    }

    @Test func anOldPortOfUDPMovesTCP() throws {
        #expect(try Self.read("-U 7").network.port == 7)
        #expect(try Self.read("-U 7 -p 8").network.port == 8)
        #expect(try Self.read("-U 0").network.port == 11_211)
        #expect(try Self.read("-p -1 -U -1").network.udpPort == -1)
    }

    @Test func waysToAuthenticateChooseTheProtocol() throws {
        #expect(try Self.read("-S").commands.choice == .binary)
        #expect(try Self.read("-S -B binary").commands.choice == .binary)
        #expect(try Self.read("-Y /x").commands.choice == .ascii)
        #expect(try Self.read("-B binary").commands.choice == .binary)
    }

    @Test func extendedOptionsAreTaken() throws {
        let options = try Self.read(
            "-o idle_timeout=5,no_maxconns_fast,slab_chunk_max=16,hashpower=20 "
                + "-o no_lru_crawler,temporary_ttl=60,hot_lru_pct=30,slab_sizes=96-200-500")
        #expect(options.network.idleSecondsMax == 5 && !options.network.refusesAtLimit)
        #expect(options.memory.chunkByteCountMax == 16_384 && options.memory.hashPower == 20)
        let eviction = options.memory.eviction
        #expect(!eviction.hasCrawler && eviction.hasTemporary && eviction.hotPercent == 30)
        #expect(options.memory.chunkByteCounts == [96, 200, 500])
    }

    @Test func noModernIsMemcachedsOldDefaults() throws {
        let options = try Self.read("-o no_modern")
        #expect(options.memory.chunkByteCountMax == 1 << 20 && !options.memory.reassigns)
        #expect(options.memory.automove == 0 && !options.memory.eviction.isSegmented)
        let small = try Self.read("-o slab_chunk_max=4,no_modern")
        #expect(small.memory.chunkByteCountMax == 4_096)
    }

    @Test func certificatesAndKeysAreTaken() throws {
        let tls = try Self.read(
            "-Z -o ssl_chain_cert=/c,ssl_key=/k,ssl_keyformat=DER,ssl_verify_mode=2,"
                + "ssl_ca_cert=/a,ssl_min_version=3,ssl_session_cache,ssl_kernel_tls"
        ).tls
        #expect(tls.isEnabled && tls.chainFile == "/c" && tls.keyFile == "/k")
        #expect(tls.keyFormat == 2 && tls.verifyMode == 2 && tls.authorityFile == "/a")
        #expect(tls.versionMin == 3 && tls.keepsSessions && tls.usesKernel)
    }

    @Test func theHelpHasTheNamesThatHarnessesLookFor() {
        let names = ["unix-socket", "sasl", "enable-ssl", "no_drop_privileges"]
        for name in names { #expect(CacheHelp.text.contains(name)) }
        // What is left out is not offered.
        for name in ["ext_path", "proxy_config"] { #expect(!CacheHelp.text.contains(name)) }
    }

    /// The command line of the lecture, with the values that it leaves out.
    @Test func theLineOfTheLectureIsTaken() throws {
        let options = try Self.read(
            "-d -m 64 -p 11212 -u nobody -l127.0.0.1 -x 127.0.0.1 -X 11222 "
                + "-P /tmp/localhost_slave.pid -vv")
        #expect(options.replication.port == 11_222 && options.network.port == 11_212)
    }
}
