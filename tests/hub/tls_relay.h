// HTTPS before a server of plain HTTP on loopback, with a certificate that is made on the spot.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace groel::testing {

/// A key and a certificate for 127.0.0.1 that it signed itself.
class SelfSigned {
 public:
  SelfSigned() : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509* const x = certificate_.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("loopback"), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    add(NID_basic_constraints, "critical,CA:TRUE");
    add(NID_subject_alt_name, "IP:127.0.0.1");
    if (X509_sign(x, key_.get(), EVP_sha256()) == 0) throw std::runtime_error("no certificate");
  }

  void write(const std::string& file) const {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(file.c_str(), "w"), std::fclose);
    if (!out || PEM_write_X509(out.get(), certificate_.get()) != 1) throw std::runtime_error("cannot write " + file);
  }
  EVP_PKEY* key() const { return key_.get(); }
  X509* certificate() const { return certificate_.get(); }

 private:
  void add(int what, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate_.get(), certificate_.get(), nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value);
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::unique_ptr<X509, void (*)(X509*)> certificate_;
};

class TlsRelay {
 public:
  TlsRelay(const SelfSigned& identity, int port_behind)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), port_behind_(port_behind) {
    if (SSL_CTX_use_certificate(context_.get(), identity.certificate()) != 1 ||
        SSL_CTX_use_PrivateKey(context_.get(), identity.key()) != 1)
      throw std::runtime_error("no TLS");
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no relay on loopback");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~TlsRelay() {
    stop_ = true;
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    ::close(listener_);
  }
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

 private:
  static sockaddr_in loopback(int port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    out.sin_port = htons(static_cast<std::uint16_t>(port));
    return out;
  }

  void accept_all() {
    while (!stop_) {
      pollfd entry{listener_, POLLIN, 0};
      if (::poll(&entry, 1, 20) <= 0) continue;
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client >= 0) connections_.emplace_back([this, client] { serve(client); });
    }
  }

  void serve(int client) {
    const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(tls.get(), client);
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port_behind_);
    if (SSL_accept(tls.get()) == 1 &&
        ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      relay(tls.get(), client, server);
    ::close(server);
    ::close(client);
  }

  void relay(SSL* tls, int client, int server) {
    char buffer[16384];
    while (!stop_) {
      pollfd entries[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      if (SSL_pending(tls) == 0 && ::poll(entries, 2, 20) <= 0) continue;
      if (SSL_pending(tls) > 0 || entries[0].revents != 0) {
        const int count = SSL_read(tls, buffer, sizeof buffer);
        if (count <= 0 || ::send(server, buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) return;
      }
      if (entries[1].revents != 0) {
        const ssize_t count = ::recv(server, buffer, sizeof buffer, 0);
        if (count <= 0 || SSL_write(tls, buffer, static_cast<int>(count)) <= 0) return;
      }
    }
  }

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  int port_behind_, port_ = 0, listener_ = -1;
  std::atomic<bool> stop_{false};
  std::list<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace groel::testing
