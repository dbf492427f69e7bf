// Finds the golden cases of a directory, runs every kind of check on each, and counts results.
#include "golden/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "base/error.h"
#include "checkpoints/load.h"
#include "golden/kind.h"
#include "models/family.h"

namespace groel::golden {
namespace {

namespace fs = std::filesystem;

std::size_t count_rows(const std::vector<CaseReport>& cases, const std::function<bool(const Row&)>& wanted) {
  std::size_t count = 0;
  for (const CaseReport& one : cases)
    count += static_cast<std::size_t>(std::count_if(one.rows.begin(), one.rows.end(), wanted));
  return count;
}

std::vector<std::string> file_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string few(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(words.size(), 5); ++i) out += (i == 0 ? "" : ", ") + words[i];
  return words.size() > 5 ? fmt::format("{} and {} more", out, words.size() - 5) : out;
}

// What a reader would go by: the model's type, else the contents.
std::string describe(const Case& golden) {
  const nlohmann::json& config = golden.config();
  if (config.is_object() && config.contains("model_type")) {
    const std::string type = config["model_type"].is_string() ? config["model_type"].get<std::string>() : "null";
    const std::string architecture = config.contains("architectures") && !config["architectures"].empty()
                                         ? ", " + config["architectures"][0].dump()
                                         : "";
    return "model_type " + type + architecture;
  }
  if (golden.inputs().is_object()) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : golden.inputs().items()) keys.push_back(key);
    return "inputs.json with " + few(keys);
  }
  const std::vector<std::string> names = file_names(golden.folder());
  return names.empty() ? "an empty folder" : "files " + few(names);
}

void list_unread(const Case& golden, Rows& rows) {
  std::map<std::string, std::size_t> groups;
  for (const std::string& name : golden.unread()) ++groups[name.substr(0, name.find('.'))];
  for (const auto& [group, count] : groups)
    rows.not_run(fmt::format("{} ({} arrays)", group, count), "no check reads them");
}

bool is_case(const fs::path& folder) {
  try {
    const Case golden(folder);
    return std::any_of(kinds().begin(), kinds().end(), [&](const Kind& kind) { return kind.knows(golden); });
  } catch (const std::exception&) {
    return fs::exists(folder / "inputs.json") || fs::exists(folder / "expected.safetensors");
  }
}

std::vector<fs::path> case_folders(const fs::path& directory) {
  if (is_case(directory)) return {directory};
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.is_directory() && !entry.path().filename().string().starts_with('.')) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  if (out.empty()) throw Error(ErrorKind::bad_input, fmt::format("{} holds no folder", directory.string()));
  return out;
}

// The golden case of every family: known as one of inference, and loaded as that family's.
CaseReport families_have_cases(const fs::path& directory, const Report& all) {
  Rows rows;
  for (const models::Family& family : models::families()) {
    const auto found = std::find_if(all.cases.begin(), all.cases.end(),
                                    [&](const CaseReport& one) { return one.name == family.golden; });
    std::string problem;
    const auto is_of = [&](std::string_view kind) {
      return std::count(found->kinds.begin(), found->kinds.end(), kind) > 0;
    };
    if (found == all.cases.end() ||
        !(is_of("inference") || is_of("causal language models") || is_of("alignments") || is_of("ESM3")))
      problem = fmt::format("there is no case of inference in {}", family.golden);
    else if (checkpoints::load_model(directory / std::string(family.golden)).family->name != family.name)
      problem = fmt::format("{} is of another family", family.golden);
    rows.exact(std::string(family.name), problem);
  }
  CaseReport report;
  report.name = "(a case for every family)";
  report.is_case = false;
  report.rows = rows.list();
  return report;
}

CaseReport no_case(const fs::path& folder) {
  CaseReport report;
  report.name = folder.filename().string();
  report.is_case = false;
  Rows rows;
  rows.not_run("the folder", "holds no case");
  report.rows = rows.list();
  return report;
}

}  // namespace

std::size_t Report::case_count() const {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [](const CaseReport& one) { return one.is_case; }));
}
std::size_t Report::checks() const {
  return count_rows(cases, [](const Row& row) { return row.status != Status::not_run; });
}
std::size_t Report::misses() const {
  return count_rows(cases, [](const Row& row) { return row.status == Status::missed; });
}
std::size_t Report::not_run() const {
  return count_rows(cases, [](const Row& row) { return row.status == Status::not_run; });
}
std::size_t Report::unknown() const {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [](const CaseReport& one) { return !one.unknown.empty(); }));
}

CaseReport run_case(const fs::path& folder) {
  CaseReport report;
  report.name = folder.filename().string();
  Rows rows;
  try {
    const Case golden(folder);
    for (const Kind& kind : kinds()) {
      if (!kind.knows(golden)) continue;
      report.kinds.emplace_back(kind.name);
      try {
        kind.check(golden, rows);
      } catch (const std::exception& error) {
        rows.miss(std::string(kind.name), error.what());
      }
    }
    report.read = golden.read();
    report.is_case = !report.kinds.empty();
    if (report.is_case)
      list_unread(golden, rows);
    else
      report.unknown = describe(golden);
  } catch (const std::exception& error) {
    rows.miss("the folder", error.what());
  }
  report.rows = rows.list();
  return report;
}

Report run(const fs::path& directory, const RunOptions& options) {
  if (!fs::is_directory(directory))
    throw Error(ErrorKind::not_found, fmt::format("{} is not a folder", directory.string()));
  // A path that ends in a slash has no file name.
  const fs::path whole = fs::canonical(directory);
  Report report;
  for (const fs::path& folder : case_folders(whole))
    report.cases.push_back(options.no_cases.contains(folder.filename().string()) ? no_case(folder) : run_case(folder));
  if (options.strict) report.cases.push_back(families_have_cases(whole, report));
  return report;
}

int exit_status(const Report& report, const RunOptions& options) {
  return report.misses() > 0 || (options.strict && report.unknown() > 0) ? 1 : 0;
}

}  // namespace groel::golden
