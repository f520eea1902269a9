#include "tests/processes/tls_script.h"

#include <openssl/ssl.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

namespace zhiping::processes {
namespace {

// One connection: TLS in memory, whose bytes the peer carries.
class TlsPeer {
 public:
  TlsPeer(SSL_CTX* context, Peer& peer) : peer_(peer), ssl_(SSL_new(context), SSL_free) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }

  // Once something has arrived; false if the client has gone or does not believe us.
  bool Receive() {
    std::array<char, 4096> buffer;
    while (true) {
      const int size = SSL_read(ssl_.get(), buffer.data(), buffer.size());
      if (!Flush()) return false;
      if (size > 0) return true;
      if (SSL_get_error(ssl_.get(), size) != SSL_ERROR_WANT_READ) return false;
      const std::string bytes = peer_.Receive();
      if (bytes.empty()) return false;
      BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    }
  }

  void SendAndClose(const std::string& bytes) {
    SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    SSL_shutdown(ssl_.get());
    Flush();
  }

 private:
  bool Flush() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &bytes);
    const bool sent = size <= 0 || peer_.Send({bytes, static_cast<size_t>(size)});
    BIO_reset(SSL_get_wbio(ssl_.get()));
    return sent;
  }

  Peer& peer_;
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
};

}  // namespace

ScriptedServer::Script AnsweringOnceByTls(const CertificateFiles& files, std::string answer) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    std::abort();
  }
  return [context, answer = std::move(answer)](Peer& peer) {
    TlsPeer tls(context.get(), peer);
    if (tls.Receive()) tls.SendAndClose(answer);
  };
}

}  // namespace zhiping::processes
