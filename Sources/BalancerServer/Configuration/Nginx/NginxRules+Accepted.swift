extension NginxRules {
    /// Directives that tune what is done in another way here, or that make answers smaller or
    /// faster without changing what they say.
    static let accepted: [String: NginxRule] = {
        var table: [String: NginxRule] = [:]
        for name in [
            "aio", "aio_write", "chunked_transfer_encoding", "client_body_buffer_size",
            "client_body_in_single_buffer", "connection_pool_size", "directio",
            "directio_alignment", "disable_symlinks", "if_modified_since", "keepalive_disable",
            "keepalive_min_timeout", "limit_rate", "limit_rate_after", "lingering_close",
            "lingering_time", "lingering_timeout", "max_ranges", "msie_padding", "msie_refresh",
            "open_file_cache_errors", "open_file_cache_min_uses", "open_file_cache_valid",
            "output_buffers", "postpone_output", "read_ahead", "request_pool_size",
            "reset_timedout_connection", "resolver_timeout", "send_lowat", "sendfile_max_chunk",
            "server_names_hash_bucket_size", "server_names_hash_max_size",
            "subrequest_output_buffer_size",
            "tcp_nopush", "types_hash_bucket_size", "types_hash_max_size",
            "variables_hash_bucket_size", "variables_hash_max_size", "map_hash_bucket_size",
            "map_hash_max_size", "gzip_comp_level", "gzip_min_length", "gzip_vary",
            "gzip_http_version", "gzip_disable", "gzip_buffers", "gzip_static", "charset",
            "source_charset", "override_charset", "http2_max_concurrent_streams",
        ] {
            table[name] = .withoutEffect(.allAndIf, NginxRule.many(1))
        }
        for name in [
            "client_body_temp_path", "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path",
            "resolver", "open_file_cache", "client_body_in_file_only", "gzip_types",
            "gzip_proxied", "charset_types", "ssl_protocols", "ssl_prefer_server_ciphers",
            "ssl_ciphers", "ssl_session_cache", "ssl_session_timeout", "ssl_session_tickets",
            "ssl_dhparam", "ssl_ecdh_curve", "ssl_buffer_size",
        ] {
            table[name] = .withoutEffect(.all, NginxRule.many(1))
        }
        for (name, reason) in [
            ("gzip", "answers are not compressed"),
            ("expires", "use \"add_header Cache-Control\""),
            ("proxy_cache_path", "nothing is cached"),
            ("proxy_cache_valid", "nothing is cached"),
            ("proxy_cache_key", "nothing is cached"),
            ("proxy_cache_bypass", "nothing is cached"),
            ("proxy_no_cache", "nothing is cached"),
            ("proxy_cache_use_stale", "nothing is cached"),
            ("proxy_cache_lock", "nothing is cached"),
        ] {
            table[name] = .ignored(.allAndIf, NginxRule.many(1), reason)
        }
        return table
    }()

    /// Directives whose silent loss would open what they close, or break what they make.
    static let refusals: [String: NginxRule] = {
        var table: [String: NginxRule] = [:]
        for (names, reason) in [
            (
                [
                    "ssl_certificate", "ssl_certificate_key", "ssl", "ssl_client_certificate",
                    "ssl_verify_client", "http2", "http3", "quic_retry",
                ],
                "TLS and HTTP/2 are not there yet"
            ),
            (
                [
                    "auth_basic", "auth_basic_user_file", "auth_request", "satisfy", "limit_except",
                    "limit_req", "limit_req_zone", "limit_conn", "limit_conn_zone",
                    "valid_referers",
                    "secure_link", "set_real_ip_from", "real_ip_header",
                ],
                "to leave it out would let in whom it keeps out"
            ),
            (
                [
                    "fastcgi_pass", "fastcgi_param", "fastcgi_index", "fastcgi_split_path_info",
                    "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass",
                ],
                "only HTTP is spoken to upstreams"
            ),
            (
                [
                    "sub_filter", "addition_types", "ssi", "mirror", "split_clients", "geo",
                    "proxy_bind", "add_trailer", "proxy_ssl_certificate", "proxy_ssl_verify",
                ],
                "it would change answers"
            ),
        ] {
            for name in names {
                table[name] = .refused(
                    [.http, .server, .location, .locationIf, .serverIf], reason)
            }
        }
        return table
    }()
}
