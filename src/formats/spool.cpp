// The folder of the spool: who owns it, who may use it, and when it is removed.
#include "formats/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>

#include "formats/posix_file.h"
#include "formats/spool_journal.h"

namespace groel::formats {

namespace fs = std::filesystem;

struct Spool::Impl {
  fs::path folder;
  SpoolJournal journal;
};

namespace {

constexpr const char* kFormat = "groel-spool";
constexpr int kVersion = 1;

nlohmann::json run_record(const nlohmann::json& identity) {
  return {{"format", kFormat}, {"format_version", kVersion}, {"identity", identity}};
}

fs::path run_path(const fs::path& folder) { return folder / "run.json"; }
fs::path items_path(const fs::path& folder) { return folder / "items.bin"; }

void remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_errno(path.string(), "remove the file", errno);
}

void sync_folder(const fs::path& folder) { PosixFile(folder, O_RDONLY | O_DIRECTORY).sync(); }

// Whole or not at all.
void write_run(const fs::path& folder, const nlohmann::json& identity) {
  const fs::path temporary = folder / "run.json.tmp";
  const std::string text = run_record(identity).dump(2) + "\n";
  remove_file(temporary);
  PosixFile file(temporary, O_WRONLY | O_CREAT | O_EXCL);
  file.write(std::as_bytes(std::span(text)));
  file.sync();
  file.close();
  if (::rename(temporary.c_str(), run_path(folder).c_str()) != 0)
    throw_errno(run_path(folder).string(), "rename a file to this", errno);
  sync_folder(folder);
}

std::optional<nlohmann::json> read_run(const fs::path& folder) {
  if (!fs::exists(run_path(folder))) return std::nullopt;
  std::ifstream file(run_path(folder), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || json.value("format", nlohmann::json()) != kFormat)
    throw Error(ErrorKind::usage, {"this is not a journal of GroEL, or it is damaged", run_path(folder).string(),
                                   "remove the folder, or add `overwrite` to start afresh"});
  return json;
}

std::string text_at(const nlohmann::json& flat, const std::string& key) {
  return flat.contains(key) ? flat[key].dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) : "absent";
}

// "options/dtype" from the JSON pointer "/identity/options/dtype".
std::string short_key(const std::string& pointer) {
  constexpr std::string_view kPrefix = "/identity/";
  return pointer.starts_with(kPrefix) ? pointer.substr(kPrefix.size()) : pointer.substr(1);
}

std::string differences(const nlohmann::json& there, const nlohmann::json& here) {
  const auto old_flat = there.flatten();
  const auto new_flat = here.flatten();
  std::set<std::string> keys;
  for (const auto& item : old_flat.items()) keys.insert(item.key());
  for (const auto& item : new_flat.items()) keys.insert(item.key());
  std::string out;
  for (const std::string& key : keys) {
    const std::string old_text = text_at(old_flat, key);
    const std::string new_text = text_at(new_flat, key);
    if (old_text == new_text) continue;
    out += fmt::format("{}{}: {} there, {} now", out.empty() ? "" : "; ", short_key(key), old_text, new_text);
  }
  return out;
}

void require_same_run(const fs::path& folder, const nlohmann::json& there, const nlohmann::json& identity) {
  const auto here = run_record(identity);
  if (there == here) return;
  throw Error(ErrorKind::usage, {"the journal is of another run (" + differences(there, here) + ")", folder.string(),
                                 "repeat that run's options, or add `overwrite` to start afresh"});
}

[[noreturn]] void fail_exists(const fs::path& folder) {
  throw Error(ErrorKind::usage, {"an unfinished run is there already", folder.string(),
                                 "add `resume` to continue, or remove it (or add `overwrite`) to start afresh"});
}

// Whether to go on with what is there; throws when neither that nor starting afresh is allowed.
bool may_resume(const Spool::Impl& spool, const nlohmann::json& identity, Spool::OpenOptions options) try {
  const auto there = read_run(spool.folder);
  if (!there && spool.journal.empty()) return false;
  if (!options.resume) fail_exists(spool.folder);
  if (!there)
    throw Error(ErrorKind::usage, {"the journal does not say of which run it is (run.json is missing)",
                                   spool.folder.string(), "remove the folder, or add `overwrite` to start afresh"});
  require_same_run(spool.folder, *there, identity);
  return true;
} catch (const Error& error) {
  if (options.overwrite && error.kind() == ErrorKind::usage) return false;
  throw;
}

}  // namespace

Spool::Spool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Spool::Spool(Spool&&) noexcept = default;
Spool& Spool::operator=(Spool&&) noexcept = default;
Spool::~Spool() = default;

Spool Spool::open(const fs::path& folder, const nlohmann::json& identity, OpenOptions options) {
  std::error_code reason;
  fs::create_directories(folder, reason);
  if (reason) throw_errno(folder.string(), "make the folder", reason.value());
  auto impl = std::make_unique<Impl>(Impl{folder, SpoolJournal(items_path(folder))});
  if (may_resume(*impl, identity, options)) {
    impl->journal.scan();
  } else {
    impl->journal.clear();  // before the new run.json: no entry may ever belong to the wrong one
    write_run(folder, identity);
  }
  return Spool(std::move(impl));
}

bool Spool::has(std::int64_t key) const { return impl_->journal.has(key); }
std::int64_t Spool::count() const { return impl_->journal.count(); }
void Spool::append(std::int64_t key, const Entry& entry) { impl_->journal.append(key, entry); }
std::int64_t Spool::drop_unlike(const Fits& fits) { return impl_->journal.drop_unlike(fits); }
std::int64_t Spool::lost_bytes() const { return impl_->journal.lost_bytes(); }
void Spool::sync() { impl_->journal.sync(); }
Spool::Entry Spool::read(std::int64_t key) const { return impl_->journal.read(key); }

void Spool::remove() {
  impl_->journal.clear();
  remove_file(run_path(impl_->folder));
  remove_file(run_path(impl_->folder).string() + ".tmp");
  remove_file(items_path(impl_->folder));
  if (::rmdir(impl_->folder.c_str()) != 0 && errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT)
    throw_errno(impl_->folder.string(), "remove the folder", errno);
}

}  // namespace groel::formats
