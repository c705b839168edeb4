import Base
import SystemInterface
import TestSupport
import Testing

@testable import CacheServer
@testable import DaemonKit

/// Options that memcached refuses are refused here, with the status that it ends with: each line is
/// given to Debian's memcached too.
struct OptionStatusTests {
    static let refused: [String] = [
        "-m 0", "-m x", "-m 1", "-I 1000", "-I 256m", "-I 2000m -m 8192", "-I 2k", "-I 1500k",
        "-c 0", "-c x", "-c -1", "-t 0", "-t x", "-R 0", "-n 0", "-f 1", "-f x", "-B http", "-D",
        "-N 9", "-N 0", "-p 70000", "-o nonsense", "-o hashpower=3", "-o hashpower=33",
        "-o hashpower", "-o ,", "-o modern,,modern", "-o proxy_config=x", "-S -B ascii",
        "-S -B auto", "-Y /x -B binary", "-Y /x -B auto", "-o slab_sizes=100-50",
        "-o slab_sizes=100-105", "-o slab_sizes=x", "-o slab_sizes=10",
        "-o hot_lru_pct=50,warm_lru_pct=50", "-o hot_lru_pct=80", "-o warm_lru_pct=0",
        "-o temporary_ttl=5,no_lru_maintainer", "-o temporary_ttl", "-o hot_max_factor=0",
        "-o warm_max_factor=-1", "-o slab_automove=3", "-o slab_automove_ratio=0",
        "-o slab_automove_ratio=2", "-o slab_automove_window=2",
        "-o tail_repair_time=9", "-o hash_algorithm=md5", "-o hash_algorithm",
        "-o lru_crawler_sleep=1000001", "-o lru_crawler_tocrawl=x", "-o idle_timeout",
        "-o watcher_logbuf_size=x", "-o worker_logbuf_size", "-o read_buf_mem_limit=x",
        "-o slab_chunk_max=3", "-o ssl_chain_cert", "-o ssl_verify_mode=9",
        "-o ssl_min_version=9", "-o ssl_wbuf_size=x", "-S -U 11211", "--nonsense", "-y", "-m",
        "-Z -p 0", "-p -2 -l 127.0.0.1", "-p 0 -U -2 -l 127.0.0.1",
    ]

    @Test(arguments: Self.refused) func theStatusIsThatOfMemcached(line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        let ours = Self.status(words)
        let theirs = try PeerProcess.status(of: "/usr/bin/memcached", ["-u", "nobody"] + words)
        #expect(ours == theirs, "cached \(line)")
        #expect(ours != 0)
    }

    /// What `cached` would end with.
    private static func status(_ words: [String]) -> Int32 {
        do {
            _ = try CacheOptions(["cached"] + words)
            return 0
        } catch {
            return ((error as? OptionProblem)?.exitStatus ?? .failure).rawValue
        }
    }

    /// What memcached notices only when it listens; it ends with 71 then.
    @Test(arguments: [
        "-l fooble", "-l 127.0.0.1:x", "-l proto[ascii:127.0.0.1", "-l proto[http]:127.0.0.1",
        "-l tag[123456789]:127.0.0.1", "-l tag[]:127.0.0.1", "-l [::1", "-l notls:127.0.0.1",
        "-l mtls:127.0.0.1", "-l 127.0.0.1:70000", "-l proto[binary]:127.0.0.1 -Y /x",
    ])
    func anAddressThatIsNoneHasItsOwnStatus(line: String) {
        let words = line.split(separator: " ").map(String.init)
        do {
            _ = try CacheOptions(["cached"] + words).network.listeners()
            Issue.record("\(line) is taken")
        } catch {
            #expect((error as? OptionProblem)?.exitStatus == .system, "\(line): \(error)")
        }
    }

    @Test(arguments: [
        "-o ext_path=/x:1G", "-o ext_threads=2", "-o proxy_config=x", "-o proxy_uring",
        "-l proto[proxy]:127.0.0.1",
    ])
    func whatIsLeftOutSaysWhereThatIsWritten(line: String) {
        do {
            _ = try CacheOptions(["cached"] + line.split(separator: " ").map(String.init))
            Issue.record("\(line) is taken")
        } catch {
            #expect("\(error)".contains("see Docs/compatibility.md"))
        }
    }
}
