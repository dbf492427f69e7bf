// The page of rules: each broken job with the message that it gets. GROEL_WRITE_DOCS=1 writes it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text_file.h"
#include "folding/alignment.h"
#include "folding/features.h"
#include "folding/job_read.h"
#include "folding/molecule.h"
#include "support/files.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;

// What a job is refused with, as far as its features.
std::string message_of(std::string text, const fs::path& folder) {
  for (std::size_t at; (at = text.find("/ABS/files")) != std::string::npos;)
    text.replace(at, 10, (folder / "files").string());
  try {
    for (Job& job : parse_jobs(text, "job.json", folder)) {
      ComponentTable components = ComponentTable::own();
      if (job.user_components) components.add(*job.user_components, "userCCD");
      complete_alignments(job, components);
      featurize(lay_out(job, components), components, {});
    }
  } catch (const Error& error) {
    std::string said = error.what();
    for (std::size_t at; (at = said.find(folder.string())) != std::string::npos;)
      said.replace(at, folder.string().size(), "FOLDER");
    return said;
  }
  return "is not refused";
}

std::string cell(std::string text) {
  std::string out;
  for (const char c : text.substr(0, 300))
    out += c == '\n' ? std::string(" ") : c == '|' ? std::string("\\|") : std::string(1, c);
  return text.size() > 300 ? out + "…" : out;
}

std::string page() {
  const fs::path data = fs::path(GROEL_TEST_DATA) / "af3-features" / "validation";
  const testing::TemporaryFolder folder;
  fs::copy(data / "files", folder.path() / "files");
  const nlohmann::json inputs = read_json(data / "inputs.json"), expected = read_json(data / "expected.json");
  std::string out =
      "# Rules of jobs, and the messages\n\nEach job below breaks one rule of AlphaFold 3's "
      "([folding.md](folding.md)), under the name that it has in "
      "`tests/data/af3-features/validation`. The stage is where AlphaFold 3 itself would notice.\n\n| broken job | "
      "AlphaFold 3 notices | message here |\n|---|---|---|\n";
  for (const auto& one : expected) {
    if (one["ok"].get<bool>()) continue;
    const std::string name = one["case"], stage = one["stage"], message = message_of(inputs[name], folder.path());
    out += "| `" + name + "` | " +
           (stage == "load"            ? "when it reads"
            : stage == "data_pipeline" ? "when it searches"
                                       : "when it makes features") +
           " | " + cell(message) + " |\n";
  }
  return out;
}

TEST(FoldingRules, PageIsWhatTheProgramSays) {
  if (!has_molecules()) GTEST_SKIP() << "RDKit is not here";
  const fs::path file = fs::path(GROEL_SOURCE_DIR) / "docs" / "folding-rules.md";
  if (std::getenv("GROEL_WRITE_DOCS") != nullptr) testing::write_file(file, page());
  EXPECT_EQ(testing::read_file(file), page()) << "run with GROEL_WRITE_DOCS=1";
}

}  // namespace
}  // namespace groel::folding
