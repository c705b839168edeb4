import SystemInterface

/// What `cached -h` prints. Test harnesses look for the options' names in it.
enum CacheHelp {
    static let text = """
        cached \(ProductVersion.text): a memcached-compatible cache
        -p, --port=<num>          TCP port (default: 11211; 0: none, -1: a free one)
        -U, --udp-port=<num>      UDP port (default: 0, off)
        -s, --unix-socket=<file>  UNIX socket (alone: no network; with -p or -l: both)
        -a, --unix-mask=<mask>    permissions of the UNIX socket, in octal (default: 700)
        -A, --enable-shutdown     take the text command "shutdown"
        -l, --listen=<addr>       address, or several by commas or by further -l (default: all):
                                  [notls|btls|mtls:][proto[<name>]:][tag[<name>]:]<host>[:<port>]
                                  proto is ascii, binary or negotiating; tag has 8 characters
        -d, --daemon              go on in the background
        -r, --enable-coredumps    let cores be as large as they like
        -u, --user=<user>         become this user (as root only)
        -m, --memory-limit=<num>  megabytes for items (default: 64)
        -M, --disable-evictions   refuse items when memory is full instead of evicting
        -c, --conn-limit=<num>    connections at once (default: 1024)
        -k, --lock-memory         keep items from being swapped out
        -v, --verbose             log more; -vv and -vvv more still
        -h, --help                print this and exit
        -i, --license             print the license and exit
        -V, --version             print the version and exit
        -P, --pidfile=<file>      write the process's number to <file>
        -f, --slab-growth-factor=<num> how much larger each class's chunks are (default: 1.25)
        -n, --slab-min-size=<bytes> key and value in the smallest chunk (default: 48)
        -L, --enable-largepages   ask for large pages of memory
        -D <char>                 what ends the prefix of a key (default: ":"); counts prefixes
                                  from the start, as "stats detail on" does
        -t, --threads=<num>       threads, one a processor at the most (default: 4)
        -R, --max-reqs-per-event  commands of one connection in a row (default: 200)
        -C, --disable-cas         give items no CAS numbers
        -b, --listen-backlog=<num> connections that wait to be accepted (default: 1024)
        -B, --protocol=<name>     ascii, binary or auto (default: auto)
        -I, --max-item-size=<num> largest item (default: 1m, min: 1k, max: 1024m)
        -S, --enable-sasl         ask binary clients for a user and password (SASL PLAIN)
        -F, --disable-flush-all   refuse flush_all
        -X, --disable-dumping     refuse stats cachedump, stats detail, lru_crawler metadump
        -W, --disable-watch       refuse watch
        -Y, --auth-file=<file>    ask text clients for a user and password of <file>: user:pass
        -e, --memory-file=<file>  keep the items in <file> over a restart
        -Z, --enable-ssl          speak TLS
        -N, --napi-ids=<num>      taken for memcached's sake, without effect
        -x <peer>                 a cache with the same items; may be given again
        -X <port>                 the port where such caches meet (default: 11212)
        -q <num>                  changes that wait for a peer (default: 8192)
           --replication-secret=<file> a secret that all such caches have, in a file

        """ + Self.extended + """
                --config=<file>       options, one a line; read again on SIGHUP
                --configtest          check the options and exit
                --control=<path>      control socket (default: /run/holdfast/cached.sock)

            External storage and the Lua proxy are left out: see Docs/compatibility.md.

            """

    private static let extended = """
        -o, --extended=<list>     by commas; "no_" before a switch turns it off
           maxconns_fast          refuse connections over the limit at once (default: on)
           idle_timeout=<s>       close connections at rest after so long (default: 0, never)
           hashpower=<12-32>      first size of the hash table, as a power of two
           no_hashexpand          never let the hash table grow
           slab_reassign          let pages change their class (default: on)
           slab_automove=<0-2>    let them do so by themselves (default: 1)
           slab_automove_ratio=, slab_automove_window=, slab_automove_freeratio=
           slab_chunk_max=<KB>    largest chunk; larger items take several (default: 512)
           slab_sizes=<n-n-…>     the classes' sizes instead of a growth factor
           track_sizes            count items by size for "stats sizes"
           lru_crawler            look through all items for expired ones (default: on)
           lru_crawler_sleep=<µs>, lru_crawler_tocrawl=<num>
           lru_maintainer         keep hot and cold items apart (default: on)
           hot_lru_pct=, warm_lru_pct=, hot_max_factor=, warm_max_factor=, temporary_ttl=
           watcher_logbuf_size=<KB>, worker_logbuf_size=<KB>  for watch (default: 256, 64)
           ssl_chain_cert=<file>, ssl_key=<file>, ssl_keyformat=PEM|DER, ssl_ca_cert=<file>
           ssl_verify_mode=<0-3>, ssl_min_version=<0-3>, ssl_ciphers=<list>
           ssl_wbuf_size=<KB>, ssl_session_cache, ssl_kernel_tls
           modern, no_modern      memcached's defaults, and those of its version 1.4
           hash_algorithm=, tail_repair_time=, read_buf_mem_limit=, drop_privileges,
           no_drop_privileges     taken for memcached's sake, without effect
           relaxed_privileges     take commands for tests, such as debugtime

        """
}
