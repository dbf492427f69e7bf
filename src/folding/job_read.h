// Reads jobs of AlphaFold 3, of the AlphaFold Server and of Protenix from JSON.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "folding/job.h"

namespace groel::folding {

/// All jobs of a file: one of AlphaFold 3's dialect (versions 1 to 4), or a list of the server's or Protenix's. Files
/// that it names (alignments, templates, components) are read, plain or compressed; relative paths start at the file's
/// folder. The rules are those of AlphaFold 3 3.0.4; where they are stricter, docs/folding.md says so. Errors:
/// not_found, io; bad_input with all that is wrong, each with its JSON path, what was expected and what was found.
std::vector<Job> read_jobs(const std::string& path);
/// The same of text; `label` names it in errors, `folder` is where relative paths start.
std::vector<Job> parse_jobs(const std::string& text, const std::string& label, const std::filesystem::path& folder);

}  // namespace groel::folding
