// Reads scenario files of benchmarks.
#include "tasks/bench/scenario.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/options.h"
#include "base/text_file.h"
#include "base/threads.h"
#include "engine/precision.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

constexpr std::int64_t kNoMost = std::numeric_limits<std::int64_t>::max();

const std::vector<std::string>& known_members() {
  static const std::vector<std::string> names{"name", "family", "layers",  "width",    "heads",  "model",
                                              "data", "dtype",  "threads", "residues", "length", "batch_tokens"};
  return names;
}

// The members of one file; every complaint names the file.
class Members {
 public:
  Members(const std::filesystem::path& path, json values) : path_(path), values_(std::move(values)) {
    if (!values_.is_object()) throw wrong("a scenario is a JSON object");
    for (const auto& [name, value] : values_.items()) check_name(name);
  }

  bool has(const char* name) const { return values_.contains(name); }

  std::string text(const char* name) const {
    const json& value = at(name);
    if (!value.is_string()) throw wrong(fmt::format("'{}' is {}, not a text", name, value.dump()));
    return value.get<std::string>();
  }

  std::int64_t whole(const char* name, std::int64_t least, std::int64_t most = kNoMost) const {
    const json& value = at(name);
    if (!value.is_number_integer()) throw wrong(fmt::format("'{}' is {}, not a whole number", name, value.dump()));
    const auto number = value.get<std::int64_t>();
    const bool beyond = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(most);
    if (!beyond && number < least) throw wrong(fmt::format("'{}' is {}, less than {}", name, value.dump(), least));
    if (beyond) throw wrong(fmt::format("'{}' is {}, more than {}", name, value.dump(), most));
    return number;
  }

  // A path beside the file.
  std::filesystem::path path(const char* name) const { return path_.parent_path() / text(name); }

  Error wrong(const std::string& what) const {
    return Error(ErrorKind::bad_input, {what, path_.string(), "see bench/scenarios"});
  }

 private:
  void check_name(const std::string& name) const {
    const std::vector<std::string>& known = known_members();
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    const auto near = nearest(name, known);
    throw wrong(fmt::format("unknown member '{}'{}", name, near ? fmt::format(" (did you mean '{}'?)", *near) : ""));
  }

  const json& at(const char* name) const {
    if (!has(name)) throw wrong(fmt::format("'{}' is missing", name));
    return values_[name];
  }

  std::filesystem::path path_;
  json values_;
};

void read_model(const Members& members, Scenario& out) {
  if (!members.has("model")) {
    if (members.has("family")) out.family = members.text("family");
    out.shape = {members.whole("layers", 1), members.whole("width", 1), members.whole("heads", 1)};
    return;
  }
  out.model = members.path("model");
  for (const char* name : {"layers", "width", "heads"})
    if (members.has(name)) throw members.wrong(fmt::format("'{}' is the checkpoint's, where 'model' names one", name));
}

std::string read_dtype(const Members& members) {
  const std::string dtype = members.text("dtype");
  try {
    engine::parse_precision(dtype);
  } catch (const Error& error) {
    throw members.wrong(fmt::format("{}: {}", error.parts().what, error.parts().remedy));
  }
  return dtype;
}

}  // namespace

Scenario read_scenario(const std::filesystem::path& path) {
  const Members members(path, read_json(path, ErrorKind::bad_input));
  Scenario out;
  out.file = path;
  out.name = members.text("name");
  out.data = members.path("data");
  out.dtype = read_dtype(members);
  out.threads = static_cast<int>(members.whole("threads", 0, kMostThreads));
  read_model(members, out);
  out.residues = members.whole("residues", 1);
  if (members.has("length")) out.length = members.whole("length", 1);
  if (members.has("batch_tokens")) out.batch_tokens = members.whole("batch_tokens", 1);
  return out;
}

}  // namespace groel::tasks
