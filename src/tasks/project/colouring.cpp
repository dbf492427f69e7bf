// Reads texts as numbers: all of them, or none.
#include "tasks/project/colouring.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/error.h"

namespace groel::tasks {
namespace {

constexpr std::size_t kMostNames = 12;  // whole numbers, few of them, are names of groups more often than quantities

struct Read {
  std::vector<double> values;
  std::size_t odd = 0;  // neither numbers nor missing
  std::set<double> distinct;
};

double number_of(const std::string& text) {
  double value = NAN;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) ? value : NAN;
}

Read read_values(const std::vector<std::string>& texts) {
  Read out;
  for (const std::string& text : texts) {
    out.values.push_back(number_of(text));
    if (std::isfinite(out.values.back()))
      out.distinct.insert(out.values.back());
    else
      out.odd += text.empty() ? 0 : 1;
  }
  return out;
}

bool are_names(const std::set<double>& values) {
  return values.size() <= kMostNames &&
         std::all_of(values.begin(), values.end(), [](double value) { return value == std::floor(value); });
}

}  // namespace

Colouring colouring_of(std::vector<std::string> groups, const ProjectOptions& options, Sink& sink) {
  Colouring out{options.colour_by.value_or(""), std::move(groups), {}};
  if (out.name.empty()) return out;
  const std::string as = options.colour_as;
  Read read = read_values(out.groups);
  if (as == "scale" && read.distinct.empty())
    throw Error(ErrorKind::bad_input, {"the column holds no number", out.name, "leave --colour-as scale out"});
  if (as == "groups" || read.distinct.empty()) return out;
  if (as == "auto" && (read.odd > 0 || are_names(read.distinct))) {
    if (2 * read.odd < out.groups.size())  // mostly numbers
      sink.note(fmt::format("{} is coloured as groups; --colour-as scale takes its numbers as a scale", out.name));
    return out;
  }
  if (read.odd > 0)
    sink.warning(
        fmt::format("{}: {} of {} values are no numbers and stay grey", out.name, read.odd, out.groups.size()));
  out.values = std::move(read.values);
  return out;
}

}  // namespace groel::tasks
