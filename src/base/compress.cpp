// Compresses text as a stream with zlib or libzstd.
#include "base/compress.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

#include "base/error.h"

namespace groel {

struct Compressor::Impl {
  virtual ~Impl() = default;
  virtual std::string run(std::string_view text, bool last) = 0;
};

namespace {

constexpr int kZstdLevel = 3;

struct Plain final : Compressor::Impl {
  std::string run(std::string_view text, bool) override { return std::string(text); }
};

// Without a name or a time in its header, so that equal texts give equal bytes.
struct Gzip final : Compressor::Impl {
  Gzip() {
    constexpr int kWithGzipHeader = 16;
    if (::deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kWithGzipHeader, 8,
                       Z_DEFAULT_STRATEGY) != Z_OK)
      throw Error(ErrorKind::memory, "there is no memory to compress with");
  }
  ~Gzip() override { ::deflateEnd(&stream_); }
  std::string run(std::string_view text, bool last) override {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max() / 2;
    std::string out;
    do {
      const std::string_view piece = text.substr(0, kMost);
      text.remove_prefix(piece.size());
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
      stream_.avail_in = static_cast<uInt>(piece.size());
      const int flush = last && text.empty() ? Z_FINISH : Z_NO_FLUSH;
      do {
        stream_.next_out = buffer_.data();
        stream_.avail_out = static_cast<uInt>(buffer_.size());
        GROEL_REQUIRE(::deflate(&stream_, flush) != Z_STREAM_ERROR);
        out.append(reinterpret_cast<const char*>(buffer_.data()), buffer_.size() - stream_.avail_out);
      } while (stream_.avail_out == 0);
    } while (!text.empty());
    return out;
  }
  z_stream stream_{};
  std::array<Bytef, 1 << 16> buffer_{};
};

struct Zstd final : Compressor::Impl {
  Zstd() : context_(::ZSTD_createCCtx()) {
    if (context_ == nullptr) throw Error(ErrorKind::memory, "there is no memory to compress with");
    ::ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kZstdLevel);
    ::ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
    ::ZSTD_CCtx_setPledgedSrcSize(context_, ZSTD_CONTENTSIZE_UNKNOWN);
  }
  ~Zstd() override { ::ZSTD_freeCCtx(context_); }
  std::string run(std::string_view text, bool last) override {
    std::string out;
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    for (;;) {
      ZSTD_outBuffer piece{buffer_.data(), buffer_.size(), 0};
      const std::size_t left = ::ZSTD_compressStream2(context_, &piece, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      GROEL_REQUIRE(::ZSTD_isError(left) == 0);
      out.append(buffer_.data(), piece.pos);
      if (last ? left == 0 : in.pos == in.size) return out;
    }
  }
  ZSTD_CCtx* context_;
  std::array<char, 1 << 16> buffer_{};
};

std::string last_extension(const std::filesystem::path& path) {
  std::string text = path.extension().string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

Compression compression_of(const std::filesystem::path& path) {
  const std::string extension = last_extension(path);
  if (extension == ".gz") return Compression::gzip;
  return extension == ".zst" ? Compression::zstd : Compression::none;
}

std::filesystem::path without_compression(const std::filesystem::path& path) {
  return compression_of(path) == Compression::none ? path : path.parent_path() / path.stem();
}

Compressor::Compressor(Compression how) {
  if (how == Compression::gzip)
    impl_ = std::make_unique<Gzip>();
  else if (how == Compression::zstd)
    impl_ = std::make_unique<Zstd>();
  else
    impl_ = std::make_unique<Plain>();
}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

std::string Compressor::add(std::string_view text) { return impl_->run(text, false); }
std::string Compressor::finish() { return impl_->run({}, true); }

std::string compressed(std::string_view text, Compression how) {
  if (how == Compression::none) return std::string(text);
  Compressor compressor(how);
  std::string out = compressor.add(text);
  return out += compressor.finish();
}

}  // namespace groel
