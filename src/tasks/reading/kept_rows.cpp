// Rows in a file of their own, and beside it how far they are good.
#include "tasks/reading/kept_rows.h"

#include <fcntl.h>

#include <span>

#include "base/atomic_file.h"
#include "base/compress.h"
#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRows = "rows";
constexpr const char* kState = "state.json";

// The first thing in which two runs differ.
std::string difference(const json& before, const json& now) {
  for (const auto& [name, value] : now.items())
    if (!before.contains(name) || before[name] != value)
      return fmt::format("{} was {}, and is {}", name, before.value(name, json()).dump(), value.dump());
  return "it was written by another version";
}

}  // namespace

KeptRows::KeptRows(const RunOutput& output, json identity, std::ostream& standard)
    : output_(output), standard_(standard), identity_(std::move(identity)) {
  if (to_stdout()) return;
  folder_ = journal_folder(output.path);
  open(identity_);
}

void KeptRows::open(const json& identity) {
  std::error_code ignored;
  const bool there = fs::exists(folder_ / kState, ignored);
  if (there && !output_.resume && !output_.overwrite)
    throw Error(ErrorKind::usage, {"an unfinished run is there already", folder_.string(),
                                   "add --resume to continue, or remove it (or add --overwrite) to start afresh"});
  lock_.emplace(folder_);
  if (there && output_.resume) return go_on(identity);
  file_.emplace(folder_ / kRows, O_WRONLY | O_CREAT | O_TRUNC);
  write_state({});
}

// What was written after the last state that was kept is cut off, and computed again.
void KeptRows::go_on(const json& identity) {
  const json state = read_json(folder_ / kState);
  if (!state.is_object() || !state.contains("run") || !state.contains("bytes"))
    throw Error(ErrorKind::bad_input, {"this is no state of a run", (folder_ / kState).string(), "remove the folder"});
  if (state["run"] != identity)
    throw Error(ErrorKind::usage, {"the unfinished run was another: " + difference(state["run"], identity),
                                   folder_.string(), "repeat its command, or add --overwrite to start afresh"});
  before_ = {state["records"].get<std::int64_t>(), state["failed"].get<std::int64_t>(),
             state["digest"].get<std::string>()};
  size_ = state["bytes"].get<std::int64_t>();
  file_.emplace(folder_ / kRows, O_WRONLY | O_CREAT);
  if (file_->size() < size_)
    throw Error(ErrorKind::io, {"the rows that were kept are cut short", (folder_ / kRows).string(),
                                "add --overwrite to start afresh"});
  file_->truncate(size_);
  kept_ = before_.records;
}

void KeptRows::add(std::string_view text) {
  if (to_stdout()) {
    standard_ << text;
    return;
  }
  file_->write_at({{const_cast<char*>(text.data()), text.size()}}, size_);
  size_ += static_cast<std::int64_t>(text.size());
}

std::string KeptRows::rows() const {
  if (to_stdout()) return {};
  std::string out(static_cast<std::size_t>(size_), '\0');
  const formats::PosixFile in(folder_ / kRows, O_RDONLY);
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t got =
        in.read_at(std::as_writable_bytes(std::span(out).subspan(at)), static_cast<std::int64_t>(at));
    if (got == 0) throw Error(ErrorKind::io, {"the rows that were kept are cut short", (folder_ / kRows).string(), {}});
    at += got;
  }
  return out;
}

void KeptRows::keep(const KeptState& state) {
  if (to_stdout()) {
    standard_.flush();
    return;
  }
  file_->sync();
  write_state(state);
}

void KeptRows::write_state(const KeptState& state) {
  const json text{{"run", identity_},
                  {"records", state.records},
                  {"failed", state.failed},
                  {"digest", state.digest},
                  {"bytes", size_}};
  write_text(folder_ / kState, text.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
  kept_ = state.records;
}

// Compressed, if the name says so.
void KeptRows::pour_into(const fs::path& path) const {
  const formats::PosixFile in(folder_ / kRows, O_RDONLY);
  AtomicFile out(path);
  std::optional<Compressor> compressor;
  if (const Compression how = compression_of(path); how != Compression::none) compressor.emplace(how);
  std::vector<std::byte> piece(std::size_t{1} << 20);
  const auto put = [&](std::string_view text) { out.write(std::as_bytes(std::span(text))); };
  for (std::int64_t at = 0;;) {
    const std::size_t got = in.read_at(piece, at);
    if (got == 0) break;
    const std::string_view text(reinterpret_cast<const char*>(piece.data()), got);
    put(compressor ? compressor->add(text) : std::string(text));
    at += static_cast<std::int64_t>(got);
  }
  if (compressor) put(compressor->finish());
  out.commit();
}

void KeptRows::finish() {
  if (to_stdout()) {
    standard_.flush();
    return;
  }
  file_->sync();
  file_->close();
  pour_into(output_.path);
  if (JointCommit* others = JointCommit::current()) others->publish();
  std::error_code ignored;
  fs::remove(folder_ / kState, ignored);
  fs::remove(folder_ / kRows, ignored);
  lock_.reset();
  fs::remove_all(folder_, ignored);
}

Error KeptRows::kept(const Error& error) const {
  if (to_stdout() || kept_ == 0) return error;
  Error::Parts parts = error.parts();
  if (!parts.remedy.empty()) parts.remedy += "; ";
  parts.remedy += fmt::format("{} kept in {}: run the same command with --resume to go on",
                              counted(kept_, "record is", "records are"), folder_.string());
  return Error(error.kind(), parts);
}

}  // namespace groel::tasks
