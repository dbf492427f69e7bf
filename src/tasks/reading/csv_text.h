// Tables as CSV text, and the file they go to.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/options.h"

namespace groel::tasks {

/// Appends a row by RFC 4180: fields with commas, quotes or line ends are quoted.
void append_row(std::string& csv, std::span<const std::string> fields);

/// The shortest text that reads back as the same number; empty for NaN.
std::string number_text(double value);

OptionSpec table_option(std::string help);
OptionSpec overwrite_option();

/// Refuses an --output that stands already, unless --overwrite is given, before anything is computed.
void check_table_output(const Options& options);

}  // namespace groel::tasks
