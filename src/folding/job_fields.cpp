// Reads values of job files, and says of what is wrong where it is, what was expected and what was found.
#include "folding/job_fields.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/printable.h"
#include "base/words.h"

namespace groel::folding {
namespace {

constexpr std::size_t kShownText = 60;
constexpr std::size_t kShownProblems = 20;
constexpr int kDeepest = 64;

std::string shown(const nlohmann::json& value) {
  if (value.is_null()) return "nothing";
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  if (value.is_object()) return fmt::format("an object of {}", counted(value.size(), "key"));
  if (!value.is_string()) return value.dump();
  const std::string& text = value.get_ref<const std::string&>();
  return text.size() <= kShownText
             ? fmt::format("\"{}\"", printable(text))
             : fmt::format("\"{}…\" ({} characters)", printable(text.substr(0, kShownText)), text.size());
}

// Keys hold "/" and "~" as RFC 6901 has it.
std::string escaped(std::string_view key) {
  std::string text;
  for (const char c : key) c == '~' ? text += "~0" : c == '/' ? text += "~1" : text += c;
  return printable(text);
}

}  // namespace

void Problems::add(const std::string& path, const std::string& what) {
  found_.push_back(path.empty() ? what : path + ": " + what);
}

void Problems::throw_if_any() const {
  if (found_.empty()) return;
  if (found_.size() == 1) throw Error(ErrorKind::bad_input, {found_.front(), file_, {}});
  std::string text = fmt::format("{} things are wrong with this job:", found_.size());
  for (std::size_t i = 0; i < std::min(found_.size(), kShownProblems); ++i) text += "\n  " + found_[i];
  if (found_.size() > kShownProblems) text += fmt::format("\n  and {} more", found_.size() - kShownProblems);
  throw Error(ErrorKind::bad_input, {text, file_, {}});
}

Field Field::operator[](std::string_view key) const {
  static const nlohmann::json nothing;
  const auto found = value_->is_object() ? value_->find(key) : value_->end();
  return {value_->is_object() && found != value_->end() ? *found : nothing, path_ + "/" + escaped(key), *problems_};
}

bool Field::has(std::string_view key) const { return value_->is_object() && value_->contains(key); }

std::vector<Field> Field::elements(std::string_view of_what, bool required) const {
  std::vector<Field> all;
  if (!value_->is_array()) {
    if (required || !value_->is_null()) expected(fmt::format("a list of {}", of_what));
    return all;
  }
  for (std::size_t i = 0; i < value_->size(); ++i)
    all.emplace_back((*value_)[i], fmt::format("{}/{}", path_, i), *problems_);
  return all;
}

bool Field::object_of(const std::vector<std::string_view>& keys) const {
  if (!value_->is_object()) return expected("an object"), false;
  for (const auto& [key, value] : value_->items())
    if (std::ranges::find(keys, key) == keys.end())
      problem(fmt::format("unknown key \"{}\"; known here: {}", printable(key), fmt::join(keys, ", ")));
  return true;
}

std::string Field::text(std::string_view what) const {
  if (value_->is_string()) return value_->get<std::string>();
  expected(what);
  return {};
}

std::optional<std::string> Field::optional_text(std::string_view what) const {
  if (value_->is_null()) return std::nullopt;
  return text(what);
}

std::int64_t Field::whole(std::string_view what, std::int64_t least, std::int64_t most) const {
  const bool fits = value_->is_number_integer() &&
                    (!value_->is_number_unsigned() || value_->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  if (fits)
    if (const auto value = value_->get<std::int64_t>(); value >= least && value <= most) return value;
  expected(fmt::format("{} from {} to {}", what, least, most));
  return least;
}

bool Field::flag(std::string_view what, bool otherwise) const {
  if (value_->is_boolean()) return value_->get<bool>();
  if (!value_->is_null()) expected(what);
  return otherwise;
}

void Field::expected(std::string_view what) const {
  problem(fmt::format("expected {}, found {}", what, shown(*value_)));
}

nlohmann::json parse_job_json(const std::string& text, const std::string& file) {
  std::vector<std::set<std::string>> keys;
  const auto look = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    using Event = nlohmann::json::parse_event_t;
    if (depth > kDeepest) throw Error(ErrorKind::bad_input, {"the JSON is nested too deeply", file, {}});
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(value.get<std::string>()).second)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("the key \"{}\" is given twice in one object", printable(value.get<std::string>())),
                   file, "leave one of the two away"});
    return true;
  };
  if (const auto first = text.find_first_not_of(" \t\r\n"); first != std::string::npos && text[first] == '>')
    throw Error(ErrorKind::bad_input, {"this is FASTA, not a job in JSON", file,
                                       "`groel fold --examples` prints jobs that a sequence can be put into"});
  try {
    return nlohmann::json::parse(text, look);
  } catch (const nlohmann::json::exception& error) {
    std::string reason = error.what();
    if (const auto bracket = reason.find("] "); bracket != std::string::npos) reason = reason.substr(bracket + 2);
    throw Error(ErrorKind::bad_input, {"not valid JSON: " + printable(reason.substr(0, 300)), file, {}});
  }
}

}  // namespace groel::folding
