// Reading and writing small files, with limits.
#include "base/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/mapped_file.h"

namespace groel {
namespace {

constexpr int kMaximumDepth = 64;
constexpr std::size_t kMaximumReason = 300;

void write_all(int fd, const std::string& text, const std::string& path) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno(path, "write the file", errno);
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace

std::string read_text(const std::filesystem::path& path, std::size_t limit) {
  const auto file = MappedFile::open(path);
  if (file->bytes().size() > limit)
    throw Error(ErrorKind::bad_input, {fmt::format("larger than {} bytes", limit), path.string(), {}});
  return {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
}

nlohmann::json parse_json(const std::string& text, const std::string& label) {
  const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kMaximumDepth) throw Error(ErrorKind::bad_model, {"JSON nested too deeply", label, {}});
    return true;
  };
  try {
    return nlohmann::json::parse(text, shallow);
  } catch (const nlohmann::json::exception& error) {
    std::string reason = error.what();
    if (const auto bracket = reason.find("] "); bracket != std::string::npos) reason = reason.substr(bracket + 2);
    if (reason.size() > kMaximumReason) reason = reason.substr(0, kMaximumReason) + "…";  // it quotes the text
    throw Error(ErrorKind::bad_model, {"not valid JSON: " + reason, label, {}});
  }
}

nlohmann::json read_json(const std::filesystem::path& path) { return parse_json(read_text(path), path.string()); }

void write_text(const std::filesystem::path& path, const std::string& text) {
  const std::string temporary = path.string() + ".tmp";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) throw_errno(temporary, "create the file", errno);
  try {
    write_all(fd, text, temporary);
    if (::fsync(fd) != 0) throw_errno(temporary, "flush the file", errno);
  } catch (...) {
    ::close(fd);
    ::unlink(temporary.c_str());
    throw;
  }
  ::close(fd);
  if (::rename(temporary.c_str(), path.c_str()) != 0) throw_errno(path.string(), "put the file in place", errno);
}

}  // namespace groel
