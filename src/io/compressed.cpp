// Reads files and memory as streams of bytes, and decompresses them with zlib, liblzma and libzstd.
#include "io/compressed.h"

#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/words.h"

namespace groel::io {
namespace {

constexpr std::size_t kInputBuffer = std::size_t{1} << 16;

[[noreturn]] void refuse(const std::string& label, std::string what, std::string remedy = {}) {
  throw Error(ErrorKind::bad_input, Error::Parts{std::move(what), label, std::move(remedy)});
}

[[noreturn]] void refuse_truncated(const std::string& label, std::string_view format) {
  refuse(label, fmt::format("the {} data ends too early", format), "the file was cut short: copy or download it again");
}

class FileReader final : public ByteReader {
 public:
  FileReader(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~FileReader() override {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  std::size_t read(std::span<char> out) override {
    for (;;) {
      wait_readable(fd_);
      const ssize_t count = ::read(fd_, out.data(), out.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR && errno != EAGAIN) throw_errno(path_, "read the file", errno);
    }
  }

 private:
  int fd_;
  std::string path_;
};

class MemoryReader final : public ByteReader {
 public:
  explicit MemoryReader(std::string_view memory) : rest_(memory) {}
  std::size_t read(std::span<char> out) override {
    const std::size_t count = rest_.copy(out.data(), out.size());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

// The compressed side of a stream: a window on `raw` that can be looked into before anything is used up.
class Input {
 public:
  explicit Input(std::unique_ptr<ByteReader> raw) : raw_(std::move(raw)) {}

  /// At least `count` bytes (fewer only at the end of the data); `count` is at most kInputBuffer.
  std::string_view peek(std::size_t count) {
    if (size_ - used_ < count && !ended_) {
      std::memmove(buffer_.data(), buffer_.data() + used_, size_ - used_);
      size_ -= std::exchange(used_, 0);
      while (size_ < count && !ended_) {
        const std::size_t got = raw_->read(std::span(buffer_).subspan(size_));
        size_ += got;
        ended_ = got == 0;
      }
    }
    return {buffer_.data() + used_, size_ - used_};
  }
  void use(std::size_t count) { used_ += count; }

 private:
  std::unique_ptr<ByteReader> raw_;
  std::array<char, kInputBuffer> buffer_;  // not cleared: only what was read is looked at
  std::size_t used_ = 0;
  std::size_t size_ = 0;
  bool ended_ = false;
};

class PlainReader final : public ByteReader {
 public:
  explicit PlainReader(std::unique_ptr<Input> input) : input_(std::move(input)) {}
  std::size_t read(std::span<char> out) override {
    const std::size_t count = input_->peek(1).copy(out.data(), out.size());
    input_->use(count);
    return count;
  }

 private:
  std::unique_ptr<Input> input_;
};

// RFC 1952 allows any number of members; bgzip writes one per 64 KiB and an empty one to mark the end.
class GzipReader final : public ByteReader {
 public:
  GzipReader(std::unique_ptr<Input> input, std::string label) : input_(std::move(input)), label_(std::move(label)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK)
      throw Error(ErrorKind::memory, Error::Parts{"zlib cannot start", label_, {}});
  }
  ~GzipReader() override { inflateEnd(&stream_); }
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  std::size_t read(std::span<char> out) override {
    constexpr std::size_t kMost = std::size_t{1} << 30;  // zlib counts in 32 bits
    const auto wanted = static_cast<uInt>(std::min(out.size(), kMost));
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = wanted;
    while (stream_.avail_out == wanted)
      if (!inflate_some()) break;
    return wanted - stream_.avail_out;
  }

 private:
  // False at the end of the data.
  bool inflate_some() {
    if (!inside_ && !start_member()) return false;
    const std::string_view in = input_->peek(1);
    if (in.empty()) refuse_truncated(label_, "gzip");
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    const uInt room = stream_.avail_out;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    input_->use(in.size() - stream_.avail_in);
    if (stream_.avail_out != room) member_empty_ = false;
    if (status == Z_STREAM_END)
      inside_ = false;
    else if (status != Z_OK)
      refuse(label_,
             fmt::format("the gzip data is damaged ({})", stream_.msg != nullptr ? stream_.msg : zError(status)));
    return true;
  }

  bool start_member() {
    constexpr std::size_t kBgzfHeader = 14;
    while (input_->peek(1).starts_with('\0')) input_->use(1);  // padding that tapes and block devices leave
    const std::string_view head = input_->peek(kBgzfHeader);
    if (head.empty()) {
      if (bgzf_ && !member_empty_) refuse_truncated(label_, "bgzip");
      return false;
    }
    if (!head.starts_with("\x1f\x8b")) refuse(label_, "something else follows the gzip data");
    bgzf_ = head.size() >= kBgzfHeader && head.substr(12, 2) == "BC" && (head[3] & 4) != 0;
    inside_ = member_empty_ = true;
    return inflateReset(&stream_) == Z_OK;
  }

  std::unique_ptr<Input> input_;
  std::string label_;
  z_stream stream_{};
  bool inside_ = false;
  bool bgzf_ = false;
  bool member_empty_ = true;
};

class ZstdReader final : public ByteReader {
 public:
  ZstdReader(std::unique_ptr<Input> input, std::string label) : input_(std::move(input)), label_(std::move(label)) {
    if (stream_ == nullptr) throw Error(ErrorKind::memory, Error::Parts{"libzstd cannot start", label_, {}});
  }

  std::size_t read(std::span<char> out) override {
    ZSTD_outBuffer target{out.data(), out.size(), 0};
    while (target.pos == 0) {
      const std::string_view bytes = input_->peek(1);
      if (bytes.empty() && !inside_) break;
      ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
      const std::size_t status = ZSTD_decompressStream(stream_.get(), &target, &in);
      if (ZSTD_isError(status) != 0)
        refuse(label_, fmt::format("the zstd data is damaged ({})", ZSTD_getErrorName(status)));
      input_->use(in.pos);
      inside_ = status != 0;
      if (bytes.empty() && inside_ && target.pos == 0) refuse_truncated(label_, "zstd");
    }
    return target.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const noexcept { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<Input> input_;
  std::string label_;
  std::unique_ptr<ZSTD_DStream, Free> stream_{ZSTD_createDStream()};
  bool inside_ = false;  // in a frame that is not complete
};

class XzReader final : public ByteReader {
 public:
  XzReader(std::unique_ptr<Input> input, std::string label) : input_(std::move(input)), label_(std::move(label)) {
    if (lzma_stream_decoder(&stream_, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK)
      throw Error(ErrorKind::memory, Error::Parts{"liblzma cannot start", label_, {}});
  }
  ~XzReader() override { lzma_end(&stream_); }
  XzReader(const XzReader&) = delete;
  XzReader& operator=(const XzReader&) = delete;

  std::size_t read(std::span<char> out) override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    while (stream_.avail_out == out.size() && !ended_) decode_some();
    return out.size() - stream_.avail_out;
  }

 private:
  void decode_some() {
    const std::string_view in = input_->peek(1);
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    const lzma_ret status = lzma_code(&stream_, in.empty() ? LZMA_FINISH : LZMA_RUN);
    input_->use(in.size() - stream_.avail_in);
    ended_ = status == LZMA_STREAM_END;
    if (status == LZMA_BUF_ERROR && in.empty()) refuse_truncated(label_, "xz");
    if (status != LZMA_OK && status != LZMA_STREAM_END && status != LZMA_BUF_ERROR)
      refuse(label_, fmt::format("the xz data is damaged (liblzma's error {})", static_cast<int>(status)));
  }

  std::unique_ptr<Input> input_;
  std::string label_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

// A frame, or one of the skippable ones that parallel compressors put first.
bool is_zstd(std::string_view head) {
  return head.starts_with("\x28\xb5\x2f\xfd") ||
         (head.size() >= 4 && (head[0] & 0xf0) == 0x50 && head.substr(1, 3) == "\x2a\x4d\x18");
}

}  // namespace

std::unique_ptr<ByteReader> open_bytes(const std::string& path) {
  if (path == "-") return std::make_unique<FileReader>(STDIN_FILENO, "stdin");
  // A pipe that nobody writes to yet is waited for where a signal ends the wait.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) throw_errno(path, "open the file", errno);
  auto file = std::make_unique<FileReader>(fd, path);
  struct stat status {};
  if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
    refuse(path, "this is a folder, not a file", folder_remedy(path));
  return file;
}

std::unique_ptr<ByteReader> memory_bytes(std::string_view memory) { return std::make_unique<MemoryReader>(memory); }

std::unique_ptr<ByteReader> decompress(std::unique_ptr<ByteReader> raw, const std::string& label) {
  auto input = std::make_unique<Input>(std::move(raw));
  const std::string_view head = input->peek(6);
  if (head.starts_with("\x1f\x8b")) return std::make_unique<GzipReader>(std::move(input), label);
  if (head.starts_with(std::string_view("\xfd"
                                        "7zXZ\0",
                                        6)))
    return std::make_unique<XzReader>(std::move(input), label);
  if (is_zstd(head)) return std::make_unique<ZstdReader>(std::move(input), label);
  return std::make_unique<PlainReader>(std::move(input));
}

std::string read_decompressed(const std::string& path, std::size_t limit) {
  const auto reader = decompress(open_bytes(path), path);
  std::string text, piece(std::size_t{1} << 20, '\0');
  while (const std::size_t count = reader->read(piece)) {
    text.append(piece, 0, count);
    if (text.size() > limit) refuse(path, fmt::format("larger than {} bytes", limit));
  }
  return text;
}

}  // namespace groel::io
