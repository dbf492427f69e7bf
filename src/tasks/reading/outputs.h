// Checks the outputs of every task: the format is known, and no input is overwritten.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/progress.h"

namespace groel::tasks {

/// Before anything is computed, for every option that writes (OptionSpec::writes): refuses extensions that are not
/// known, an output that is one of the inputs (whatever it is called: links are followed, files are compared and not
/// their names) or that lies among the files of the model, and two outputs that would be one file. Says which format a
/// file without an extension gets. `verbs`: first words of the task, which name no files. Errors: usage.
void check_outputs(const std::vector<OptionSpec>& table, const std::vector<std::string_view>& verbs,
                   const Options& options, Sink& sink);

/// For options whose formats depend on others: refuses an extension that is none of `extensions`, and says that a name
/// without one gets the first. Errors: usage.
void check_output_format(const std::string& path, std::span<const std::string> extensions, Sink& sink);

}  // namespace groel::tasks
