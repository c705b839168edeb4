#ifndef HOLDFAST_COPENSSL_H
#define HOLDFAST_COPENSSL_H
/* What Swift's importer cannot see of OpenSSL's interface: macros, and stacks of values. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

static inline void holdfast_ssl_context_prepare(SSL_CTX *context, int kernel_tls) {
    /* Buffers of idle connections are given back; output may have moved when a write is tried again. */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    /* One receive takes as many records as have come. The kernel cannot decrypt what was read ahead. */
    SSL_CTX_set_read_ahead(context, !kernel_tls);
    if (kernel_tls) SSL_CTX_set_options(context, SSL_OP_ENABLE_KTLS);
}

static inline int holdfast_ssl_context_set_minimum(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline void holdfast_ssl_context_set_session_cache(SSL_CTX *context, int is_on) {
    SSL_CTX_set_session_cache_mode(context, is_on ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
}

static inline void holdfast_ssl_context_set_certificate_limit(SSL_CTX *context, long byte_count) {
    SSL_CTX_set_max_cert_list(context, byte_count);
}

static inline int holdfast_ssl_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline int holdfast_ssl_kernel_sends(SSL *ssl) { return BIO_get_ktls_send(SSL_get_wbio(ssl)) != 0; }

static inline unsigned long holdfast_name_form(void) { return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB; }

static inline int holdfast_error_is_system(unsigned long error) { return ERR_SYSTEM_ERROR(error); }
static inline int holdfast_error_reason(unsigned long error) { return ERR_GET_REASON(error); }

/* Copies the index-th DNS name of a certificate; its length, or -1 when there is none. */
static inline long holdfast_certificate_dns_name(X509 *certificate, int index, char *text, size_t room) {
    GENERAL_NAMES *names = (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    long found = -1;
    int seen = 0;
    for (int place = 0; names != NULL && place < sk_GENERAL_NAME_num(names); place++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, place);
        if (name->type != GEN_DNS || seen++ != index) continue;
        size_t length = (size_t)ASN1_STRING_length(name->d.dNSName);
        if (length > room) length = room;
        memcpy(text, ASN1_STRING_get0_data(name->d.dNSName), length);
        found = (long)length;
        break;
    }
    GENERAL_NAMES_free(names);
    return found;
}
#endif
