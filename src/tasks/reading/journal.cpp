// The journal's folder, and the file in it that becomes the output.
#include "tasks/reading/journal.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "base/error.h"
#include "base/words.h"

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

bool same_bytes(const fs::path& a, const fs::path& b) {
  std::error_code failed;
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

}  // namespace

fs::path journal_folder(const fs::path& output) { return output.string() + ".partial"; }

void check_run_output(const RunOutput& output) {
  std::error_code failed;
  if (output.path.empty() || fs::is_directory(output.path, failed))
    throw Error(ErrorKind::usage,
                {fmt::format("'{}' is not the name of a file", output.path.string()), "--output", {}});
  const bool may_stand = output.overwrite || (output.resume && fs::exists(journal_folder(output.path), failed));
  if (fs::exists(output.path, failed) && !may_stand)
    throw Error(ErrorKind::usage, {output.resume ? "the output exists already, and nothing is left to resume"
                                                 : "the output exists already",
                                   output.path.string(), "choose another name, or add --overwrite"});
  const fs::path folder = output.path.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, failed))
    throw Error(ErrorKind::not_found, {"there is no such folder to write to", folder.string(), {}});
}

RunJournal::RunJournal(const RunOutput& output, const nlohmann::json& identity)
    : output_(output),
      folder_(to_stdout() ? temporary_folder() : journal_folder(output.path)),
      spool_(formats::Spool::open(folder_, identity,
                                  {.resume = output.resume, .overwrite = output.overwrite || to_stdout()})) {}

fs::path RunJournal::unfinished() const {
  if (to_stdout()) return "-";
  drop_unfinished();
  return folder_ / (kUnfinished + output_.path.extension().string());
}

void RunJournal::publish() const {
  if (to_stdout()) return;
  const fs::path written = folder_ / (kUnfinished + output_.path.extension().string());
  if (!output_.overwrite && fs::exists(output_.path) && !same_bytes(written, output_.path))
    throw Error(ErrorKind::usage, {"another file came to stand under the output's name", output_.path.string(),
                                   "move it away, or add --overwrite to replace it"});
  std::error_code failed;
  fs::rename(written, output_.path, failed);
  if (failed) throw_errno(output_.path.string(), "rename the finished file to this", failed.value());
}

// What a killed run was writing, and the temporary files of its writer.
void RunJournal::drop_unfinished() const {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kUnfinished) || name.starts_with("." + kUnfinished)) found.push_back(entry.path());
  }
  for (const fs::path& path : found) fs::remove(path, ignored);
}

Error RunJournal::kept(const Error& error, std::int64_t total) {
  if (!to_stdout()) drop_unfinished();
  if (to_stdout() || spool_.count() == 0) {
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
