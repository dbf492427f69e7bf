// The folder of the journal, and the file in it that becomes the output.
#include "tasks/reading/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/folders.h"
#include "base/options.h"
#include "base/words.h"
#include "formats/posix_file.h"
#include "formats/result.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

const std::string kUnfinished = "output";  // what the file is called, with its extension, until it is finished

// A folder of our own for a run whose output goes to stdout.
fs::path temporary_folder() {
  std::string name = (fs::temp_directory_path() / "groel-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw_errno(name, "create a temporary folder", errno);
  return name;
}

bool same_bytes(const fs::path& a, const fs::path& b);

bool same_folders(const fs::path& a, const fs::path& b) {
  std::error_code failed;
  std::size_t files = 0, others = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(b, failed))
    others += entry.is_regular_file();
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(a, failed)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    if (!same_bytes(entry.path(), b / entry.path().lexically_relative(a))) return false;
  }
  return !failed && files == others;
}

// In one step where the file system has one.
void publish_folder(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  if (fs::exists(to, failed) && !swap_folders(from, to)) remove_folder(to);
  if (fs::exists(to, failed))
    fs::remove_all(from, failed);
  else
    fs::rename(from, to, failed);
  if (failed) throw_errno(to.string(), "rename the finished folder to this", failed.value());
  sync_folder(to.parent_path());
}

bool same_bytes(const fs::path& a, const fs::path& b) {
  std::error_code failed;
  if (fs::is_directory(a, failed)) return fs::is_directory(b, failed) && same_folders(a, b);
  if (fs::file_size(a, failed) != fs::file_size(b, failed) || failed) return false;
  std::ifstream files[] = {std::ifstream(a, std::ios::binary), std::ifstream(b, std::ios::binary)};
  std::vector<char> pieces[] = {std::vector<char>(1 << 20), std::vector<char>(1 << 20)};
  while (files[0] && files[1]) {
    for (int i = 0; i < 2; ++i) files[i].read(pieces[i].data(), static_cast<std::streamsize>(pieces[i].size()));
    const auto got = files[0].gcount();
    if (got != files[1].gcount() || !std::equal(pieces[0].begin(), pieces[0].begin() + got, pieces[1].begin()))
      return false;
  }
  return files[0].eof() && files[1].eof();
}

// Where a model lies and what its folder is called says nothing of it; its fingerprint does.
nlohmann::json without_place(nlohmann::json identity) {
  identity.erase("model");
  return identity;
}

// To what is no file: as it comes out, and without an end that could be renamed.
void pour(const fs::path& from, const fs::path& to) {
  const formats::PosixFile in(from, O_RDONLY);
  formats::PosixFile out(to, O_WRONLY | O_NOCTTY);
  std::vector<std::byte> piece(std::size_t{1} << 20);
  for (std::int64_t at = 0;;) {
    const std::size_t got = in.read_at(piece, at);
    if (got == 0) break;
    out.write(std::span(piece).first(got));
    at += static_cast<std::int64_t>(got);
  }
  out.close();
}

}  // namespace

fs::path journal_folder(const fs::path& output) { return output_place(output).path.string() + ".partial"; }

namespace {

// A folder that is empty or that such a run wrote; no other is ever replaced.
void check_run_folder(const fs::path& path) {
  std::error_code failed;
  if (path.empty() || (fs::exists(path, failed) && !fs::is_directory(path, failed)))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not the name of a folder", path.string()), "--output", {}});
  if (fs::exists(path, failed) && !fs::is_empty(path, failed) && !fs::exists(path / formats::kRunFile, failed))
    throw Error(ErrorKind::usage,
                {"this exists already and is no folder of such a run", path.string(), "choose another name"});
}

bool stands(const RunOutput& output) {
  std::error_code failed;
  return output_stands(output.path) && !(output.folder && fs::is_empty(output.path, failed));
}

}  // namespace

void check_run_output(const RunOutput& output) {
  std::error_code failed;
  if (output.folder)
    check_run_folder(output.path);
  else if (output.path.empty() || fs::is_directory(output.path, failed))
    throw Error(ErrorKind::usage,
                {fmt::format("'{}' is not the name of a file", output.path.string()), "--output", {}});
  if (output_place(output.path).special) return;
  const bool may_stand = output.overwrite || (output.resume && fs::exists(journal_folder(output.path), failed));
  if (stands(output) && !may_stand)
    throw Error(ErrorKind::usage, {output.resume ? "the output exists already, and nothing is left to resume"
                                                 : "the output exists already",
                                   output.path.string(), "choose another name, or add --overwrite"});
  const fs::path folder = output.path.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, failed))
    throw Error(ErrorKind::not_found, {"there is no such folder to write to", folder.string(), {}});
}

void tell_lost(const formats::Spool& spool, std::int64_t unlike, Sink& sink) {
  if (spool.lost_bytes() > 0)
    sink.note(fmt::format("{} of the journal were damaged or cut short: what they held is computed again",
                          format_bytes(static_cast<std::size_t>(spool.lost_bytes()))));
  if (unlike > 0)
    sink.warning(
        fmt::format("{} of the journal's results are not what this run writes, and are computed again", unlike));
}

RunJournal::RunJournal(const RunOutput& output, nlohmann::json identity)
    : output_(output),
      place_(output_place(output.path)),
      folder_(is_passing() ? temporary_folder() : journal_folder(output.path)),
      spool_(formats::Spool::open(folder_, without_place(std::move(identity)),
                                  {.resume = output.resume, .overwrite = output.overwrite || is_passing()})) {}

fs::path RunJournal::unfinished() const {
  if (to_stdout()) return "-";
  drop_unfinished();
  return written();
}

fs::path RunJournal::written() const { return folder_ / (kUnfinished + output_.path.extension().string()); }

void RunJournal::publish() const {
  if (JointCommit* others = JointCommit::current()) others->publish();
  if (to_stdout()) return;
  if (place_.special) {
    pour(written(), place_.path);
    return drop_unfinished();
  }
  const bool there = stands(output_);
  if (!output_.overwrite && there && !same_bytes(written(), place_.path))
    throw Error(ErrorKind::usage, {"another file has appeared under the output's name", output_.path.string(),
                                   "move it away, or add --overwrite to replace it"});
  if (output_.folder) return publish_folder(written(), place_.path);
  if (there) keep_permissions(written(), place_.path);
  std::error_code failed;
  fs::rename(written(), place_.path, failed);
  if (failed) throw_errno(output_.path.string(), "rename the finished file to this", failed.value());
}

void RunJournal::remove() {
  if (JointCommit* others = JointCommit::current()) others->publish();
  spool_.remove();
}

// What a killed run was writing, and the temporary files of its writer.
void RunJournal::drop_unfinished() const {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kUnfinished) || name.starts_with("." + kUnfinished)) found.push_back(entry.path());
  }
  for (const fs::path& path : found) fs::remove_all(path, ignored);
}

Error RunJournal::kept(const Error& error, std::int64_t total) {
  if (!to_stdout()) drop_unfinished();
  if (is_passing() || spool_.count() == 0) {
    spool_.remove();
    return error;
  }
  Error::Parts parts = error.parts();
  if (!parts.remedy.empty()) parts.remedy += "; ";
  parts.remedy += fmt::format("{} of {} kept in {}: run the same command with --resume to go on", spool_.count(),
                              counted(total, "sequence is", "sequences are"), folder_.string());
  return Error(error.kind(), parts);
}

}  // namespace groel::tasks
