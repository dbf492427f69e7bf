// The registry of output formats, and the checks that all of them share.
#include <fmt/format.h>

#include <algorithm>

#include "base/compress.h"
#include "base/error.h"
#include "base/output_place.h"
#include "formats/extension.h"
#include "formats/writers.h"

namespace groel::formats {
namespace {

template <class Predicate>
std::string names_where(Predicate predicate) {
  std::vector<std::string_view> names;
  for (const Format& format : formats())
    if (predicate(format)) names.push_back(format.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

template <class Predicate>
std::string outputs_that(Predicate predicate) {
  std::vector<std::string> names;
  for (const Output output : bio::all_outputs())
    if (predicate(output)) names.emplace_back(name(output));
  return fmt::format("{}", fmt::join(names, ", "));
}

const Format* by_name(std::string_view name) {
  const auto& all = formats();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Format& format) { return format.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const Format* by_extension(const std::filesystem::path& path) {
  const std::string extension = format_extension(path);
  for (const Format& format : formats())
    if (std::find(format.extensions.begin(), format.extensions.end(), extension) != format.extensions.end())
      return &format;
  return nullptr;
}

std::int64_t value_count(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
#define GROEL_FORMAT(format) format##_format(),
#include "formats/formats.inc"
#undef GROEL_FORMAT
  };
  return all;
}

const Format& find_format(std::string_view name, const std::filesystem::path& path) {
  if (!name.empty()) {
    if (const Format* format = by_name(name)) return *format;
    throw Error(ErrorKind::usage, {fmt::format("unknown output format \"{}\"", name),
                                   {},
                                   "known formats: " + names_where([](const Format&) { return true; })});
  }
  if (path == "-") return *by_name("jsonl");
  if (const Format* format = by_extension(path)) return *format;
  check_extension(path, known_extensions());
  return output_place(path).special ? *by_name("jsonl") : formats().front();
}

std::vector<std::string> known_extensions() {
  std::vector<std::string> out;
  for (const Format& format : formats()) out.insert(out.end(), format.extensions.begin(), format.extensions.end());
  return out;
}

void check_options(const Format& format, const WriterOptions& options) {
  if (options.path == "-" && !format.streams)
    throw Error(ErrorKind::usage,
                {fmt::format("{} cannot be written to standard output", format.name),
                 {},
                 "name a file, or use one of: " + names_where([](const Format& other) { return other.streams; })});
  if (!format.streams && compression_of(options.path) != Compression::none)
    throw Error(ErrorKind::usage,
                {fmt::format("{} is not compressed further", format.name), options.path.string(),
                 "formats that can be: " + names_where([](const Format& other) { return other.streams; })});
  if (options.layout == FileLayout::per_protein && !format.per_protein)
    throw Error(ErrorKind::usage,
                {fmt::format("{} has no per-protein layout", format.name),
                 {},
                 "formats that have: " + names_where([](const Format& other) { return other.per_protein; })});
  for (const auto& column : options.schema.columns)
    if (format.takes != nullptr && !format.takes(column.output))
      throw Error(ErrorKind::usage, {fmt::format("{} has no place for {}", format.name, name(column.output)),
                                     {},
                                     "it takes: " + outputs_that([&](Output one) { return format.takes(one); })});
  for (const auto& column : options.schema.columns)
    if (!format.holds(bio::per(column.output)))
      throw Error(ErrorKind::usage, {fmt::format("{} cannot hold {}", format.name, name(column.output)),
                                     {},
                                     "formats that can: " + names_where([&](const Format& other) {
                                       return other.holds(bio::per(column.output));
                                     })});
}

std::vector<std::int64_t> item_shape(const ResultSchema::Column& column, const bio::Lengths& of) {
  return bio::output_shape(column.output, column.width, of);
}

void check_result(const ResultSchema& schema, const Result& result) {
  if (result.error) {
    GROEL_REQUIRE(result.items.empty());
    return;
  }
  GROEL_REQUIRE(result.items.size() == schema.columns.size());
  for (std::size_t i = 0; i < result.items.size(); ++i) {
    const Item& item = result.items[i];
    GROEL_REQUIRE(item.output == schema.columns[i].output && item.layer == schema.columns[i].layer);
    GROEL_REQUIRE(item.shape == item_shape(schema.columns[i], {result.length, result.tokens, result.rows}));
    GROEL_REQUIRE(value_count(item.shape) == static_cast<std::int64_t>(item.values.size()));
  }
}

std::string column_name(const ResultSchema::Column& column) {
  return fmt::format("{}_{}", name(column.output), column.layer);
}

}  // namespace groel::formats
