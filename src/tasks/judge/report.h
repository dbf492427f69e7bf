// The report on a predictor: a page, and its pieces for other programs.
#pragma once

#include <filesystem>
#include <optional>

#include "tasks/judge/judgement.h"

namespace groel::tasks {

struct ReportPlace {
  std::filesystem::path folder;              ///< report.html, report.json and the pictures; made where it is missing
  std::string title;                         ///< "my-predictor"
  std::optional<std::filesystem::path> run;  ///< whose learning curves are shown
  std::vector<std::string> notes{};          ///< sentences of what was done, shown below the verdict
  std::uint64_t seed = 0;                    ///< of the proteins that are looked at
};

/// Errors: io.
void write_report(const Judgement& judgement, const ReportPlace& place);

}  // namespace groel::tasks
