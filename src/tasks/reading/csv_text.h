// Tables as CSV text, and the file they go to.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tasks/reading/options.h"

namespace groel::tasks {

/// Appends a row by RFC 4180: fields with commas, quotes or line ends are quoted.
void append_row(std::string& csv, std::span<const std::string> fields);

/// The shortest text that reads back as the same number; empty for NaN.
std::string number_text(double value);

/// The formats of every table, by extension.
std::vector<std::string> table_extensions();

/// A result as texts, made when they are asked for.
struct TableTexts {
  std::function<std::string()> csv;
  std::function<nlohmann::ordered_json()> json;
};
/// Writes --output by its extension: CSV, TSV, JSON, each compressed if the name says so.
void write_table(const OutputOptions& options, const TableTexts& texts);

/// Refuses an --output that exists already, unless --overwrite is given, before anything is computed.
void check_table_output(const OutputOptions& options);

}  // namespace groel::tasks
