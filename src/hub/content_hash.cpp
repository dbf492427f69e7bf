// Reads files once and hashes them as etags of the hub do.
#include "hub/content_hash.h"

#include <openssl/evp.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "hub/names.h"

namespace groel::hub {
namespace {

namespace fs = std::filesystem;

void read_pieces(const fs::path& path, const std::function<void(std::string_view)>& take) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) throw_errno(path.string(), "open the file", errno);
  std::vector<char> piece(std::size_t{1} << 20);
  while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), file.get())) {
    check_interrupted();
    take({piece.data(), count});
  }
  if (std::ferror(file.get()) != 0) throw_errno(path.string(), "read the file", errno);
}

void check(int status) {
  if (status != 1) throw Error(ErrorKind::internal, "OpenSSL could not compute a hash");
}

// In hexadecimal, of `head` and the file after it.
std::string digest_of(const EVP_MD* kind, std::string_view head, const fs::path& file) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  check(context ? EVP_DigestInit_ex(context.get(), kind, nullptr) : 0);
  check(EVP_DigestUpdate(context.get(), head.data(), head.size()));
  read_pieces(file,
              [&](std::string_view piece) { check(EVP_DigestUpdate(context.get(), piece.data(), piece.size())); });
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  check(EVP_DigestFinal_ex(context.get(), digest, &size));
  std::string out;
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

}  // namespace

std::string file_sha256(const fs::path& file) { return digest_of(EVP_sha256(), {}, file); }

std::string file_md5(const fs::path& file) { return digest_of(EVP_md5(), {}, file); }

std::string git_hash(const fs::path& file) {
  std::error_code failed;
  std::string head = fmt::format("blob {}", fs::file_size(file, failed));
  head.push_back('\0');
  return digest_of(EVP_sha1(), head, file);
}

std::string hash_as_etag(const fs::path& file, const std::string& etag) {
  if (etag.starts_with("md5:")) return "md5:" + file_md5(file);
  if (is_sha256(etag)) return file_sha256(file);
  return is_commit(etag) ? git_hash(file) : std::string();  // both are 40 digits
}

}  // namespace groel::hub
