#include "gan/metrics/sha256.h"

#include <openssl/evp.h>

#include "engine/check.h"

namespace gan::metrics {

struct Sha256::Context {
  EVP_MD_CTX* state = EVP_MD_CTX_new();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  engine::check(context_->state && EVP_DigestInit_ex(context_->state, EVP_sha256(), nullptr) == 1,
                "sha256: OpenSSL has no such digest");
}
Sha256::~Sha256() { EVP_MD_CTX_free(context_->state); }

void Sha256::add(std::string_view bytes) {
  EVP_DigestUpdate(context_->state, bytes.data(), bytes.size());
}

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context_->state, digest, &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string Sha256::of(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

}  // namespace gan::metrics
