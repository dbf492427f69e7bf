// Reads and writes small files, with size limits.
#include "base/text_file.h"

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/compress.h"
#include "base/error.h"
#include "base/mapped_file.h"

namespace groel {
namespace {

constexpr int kMaximumDepth = 64;
constexpr std::size_t kMaximumReason = 300;

}  // namespace

std::string read_text(const std::filesystem::path& path, std::size_t limit) {
  const auto file = MappedFile::open(path);
  if (file->bytes().size() > limit)
    throw Error(ErrorKind::bad_input, {fmt::format("larger than {} bytes", limit), path.string(), {}});
  return {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
}

nlohmann::json parse_json(const std::string& text, const std::string& label, ErrorKind kind) {
  const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kMaximumDepth) throw Error(kind, {"JSON nested too deeply", label, {}});
    return true;
  };
  try {
    return nlohmann::json::parse(text, shallow);
  } catch (const nlohmann::json::exception& error) {
    std::string reason = error.what();
    if (const auto bracket = reason.find("] "); bracket != std::string::npos) reason = reason.substr(bracket + 2);
    if (reason.size() > kMaximumReason) reason = reason.substr(0, kMaximumReason) + "…";  // it quotes the text
    throw Error(kind, {"not valid JSON: " + reason, label, {}});
  }
}

nlohmann::json read_json(const std::filesystem::path& path, ErrorKind kind) {
  return parse_json(read_text(path), path.string(), kind);
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  const std::string bytes = compressed(text, compression_of(path));
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(bytes)));
  file.commit();
}

}  // namespace groel
