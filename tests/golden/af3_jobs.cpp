// Jobs of AlphaFold 3: read and written again, byte for byte; and jobs that it refuses.
#include <fstream>

#include "folding/features.h"
#include "folding/job_write.h"
#include "folding/molecule.h"
#include "golden/af3_case.h"
#include "golden/kind.h"
#include "support/files.h"

namespace groel::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool knows(const Case& golden) { return golden.holds("jobs") && golden.holds("validation"); }

void check_written(const Case& golden, const folding::Job& job, const std::string& expected, Rows& rows) {
  rows.exact(
      "job " + expected, problem_of([&]() -> std::string {
        const std::string text = folding::job_json(job), wanted = read_text(golden.folder() / "expected" / expected);
        std::size_t at = 0;
        while (at < std::min(text.size(), wanted.size()) && text[at] == wanted[at]) ++at;
        return text == wanted
                   ? ""
                   : fmt::format("differs at byte {}: '{}', not '{}'", at, text.substr(at, 40), wanted.substr(at, 40));
      }));
}

void check_jobs(const Case& golden, Rows& rows) {
  for (const auto& entry : fs::directory_iterator(golden.folder() / "jobs")) {
    if (entry.path().extension() != ".json") continue;
    const auto jobs = folding::read_jobs(entry.path().string());
    for (const folding::Job& job : jobs) {
      const std::string converted = "server." + folding::file_name(job) + ".json",
                        data = folding::file_name(job) + "_data.json";
      if (golden.holds("expected/" + converted))
        check_written(golden, job, converted, rows);
      else if (golden.holds("expected/" + data))
        check_written(golden, af3_job(golden, job), data, rows);
      else
        rows.not_run("job " + folding::file_name(job), "nothing is expected of it");
    }
  }
}

// What AlphaFold 3 accepts and this program refuses, which docs/folding.md tells.
const std::set<std::string> kStricter{};

std::string accepted_differs(const json& expected, const std::vector<folding::Job>& jobs, const Case& golden) {
  if (expected.contains("jobs") && expected["jobs"].get<std::size_t>() != jobs.size()) return "number of jobs";
  if (jobs.empty() || !expected.contains("num_tokens")) return {};
  const folding::Job job = af3_job(golden, jobs[0]);
  const folding::ComponentTable components = af3_components(golden, job);
  const folding::TokenLayout layout = folding::lay_out(job, components);
  if (layout.tokens.size() != expected["num_tokens"].get<std::size_t>())
    return fmt::format("{} tokens", layout.tokens.size());
  if (expected["seeds"][0] != json(job.seeds)) return "seeds";
  const folding::Features features = folding::featurize(layout, components, {});
  const auto integers = [&](const char* name) {
    return reinterpret_cast<const std::int32_t*>(features.at(name).bytes.data());
  };
  if (*integers("num_alignments") != expected["num_alignments"].get<int>())
    return fmt::format("{} alignments", *integers("num_alignments"));
  for (std::size_t i = 0; i < expected["aatype"].size(); ++i)
    if (integers("aatype")[i] != expected["aatype"][i].get<int>()) return fmt::format("aatype of token {}", i + 1);
  std::size_t bonds = 0;
  for (const std::byte set : features.at("tokens_to_polymer_ligand_bonds:gather_mask").bytes)
    bonds += set == std::byte{1} ? 1 : 0;
  return bonds / 2 == expected["polymer_ligand_bonds"].get<std::size_t>() ? "" : fmt::format("{} bonds", bonds / 2);
}

// Runs a job as far as its features, from a folder of its own beside copies of the case's files.
std::string validation_differs(const json& expected, std::string text, const fs::path& folder, const Case& golden) {
  const std::string placeholder = "/ABS/files";
  for (std::size_t at; (at = text.find(placeholder)) != std::string::npos;)
    text.replace(at, placeholder.size(), (folder / "files").string());
  const bool sound = expected["ok"].get<bool>();
  try {
    const auto jobs = folding::parse_jobs(text, "job.json", folder);
    for (const folding::Job& job : jobs) {
      const folding::Job complete = af3_job(golden, job);
      const folding::ComponentTable components = af3_components(golden, job);
      if (!sound) folding::featurize(folding::lay_out(complete, components), components, {});
    }
    return sound ? accepted_differs(expected, jobs, golden)
                 : "is accepted, and AlphaFold 3 says: " + expected.value("message", "");
  } catch (const std::exception& error) {
    return sound && !kStricter.contains(expected["case"].get<std::string>())
               ? std::string("is refused: ") + error.what()
               : "";
  }
}

void check_validation(const Case& golden, Rows& rows) {
  const json expected = golden.json("validation/expected.json"), inputs = golden.json("validation/inputs.json");
  const testing::TemporaryFolder folder;
  fs::copy(golden.folder() / "validation" / "files", folder.path() / "files", fs::copy_options::recursive);
  std::size_t count = 0;
  for (const json& one : expected) {
    if (!folding::has_molecules() &&
        inputs[one["case"].get<std::string>()].get<std::string>().find("smiles") != std::string::npos)
      continue;  // RDKit is not here
    const std::string name = one["case"], problem = validation_differs(one, inputs[name], folder.path(), golden);
    if (!problem.empty()) rows.miss("validation " + name, problem);
    ++count;
  }
  rows.exact(fmt::format("validation ({} jobs)", count), "");
}

void check(const Case& golden, Rows& rows) {
  check_jobs(golden, rows);
  check_validation(golden, rows);
}

}  // namespace

Kind af3_jobs_kind() { return {"AlphaFold 3 jobs", knows, check}; }

}  // namespace groel::golden
