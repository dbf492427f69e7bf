// Changes one expected value at a time, and damages folders, and checks that the tests notice.
#include "golden/self_check.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "base/text_file.h"
#include "golden/case.h"
#include "golden/runner.h"
#include "support/files.h"

namespace groel::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kConfidences = "confidences/conf_mono_output/conf_mono_confidences.json";

// A copy of a case, to be changed.
fs::path copy_of(const fs::path& folder, const testing::TemporaryFolder& work) {
  const fs::path copy = work.path() / "a-case";
  fs::remove_all(copy);
  fs::copy(folder, copy, fs::copy_options::recursive);
  return copy;
}

template <class Value>
void raise_largest(std::vector<std::byte>& bytes) {
  Value largest = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(Value)) {
    Value value;
    std::memcpy(&value, &bytes[i], sizeof value);
    if (std::isfinite(value) && std::abs(value) > std::abs(largest)) largest = value, at = i;
  }
  largest *= static_cast<Value>(1.001);
  std::memcpy(&bytes[at], &largest, sizeof largest);
}

// The largest value of one array is a thousandth larger.
void change_array(const fs::path& file, const std::string& name) {
  const io::ArrayFile read = io::read_safetensors(file);
  std::map<std::string, io::ArrayView> arrays;
  for (const auto& [key, array] : read.arrays) arrays[key] = {array.dtype, array.shape, array.bytes};
  const io::Array& array = read.arrays.at(name);
  std::vector<std::byte> changed(array.bytes.begin(), array.bytes.end());
  array.dtype == DType::f64 ? raise_largest<double>(changed) : raise_largest<float>(changed);
  arrays[name].bytes = changed;
  io::write_safetensors(file, arrays);
}

// Multiplies the first number that it finds by 1.001, or adds 1 where it is whole; says whether there was one.
bool change_number(json& value) {
  if (value.is_number_integer()) return value = value.get<std::int64_t>() + 1, true;
  if (value.is_number() && value.get<double>() != 0) return value = value.get<double>() * 1.001, true;
  if (value.is_structured())
    for (json& part : value)
      if (change_number(part)) return true;
  return false;
}

class SelfCheck {
 public:
  SelfCheckReport run(const fs::path& directory) {
    std::set<std::string> seen;
    fs::path model;
    for (const CaseReport& one : groel::golden::run(directory, {}).cases) {
      if (one.kinds.empty() || !seen.insert(one.kinds.front()).second) continue;
      const fs::path folder = directory / one.name;
      expect(run_copy(copy_of(folder, work_)).misses() == 0, one.name + " as it is", "misses");
      change_every_array(folder, one);
      change_every_list(folder, one);
      if (one.kinds.front() == "inference") model = folder;
    }
    expect(!model.empty(), directory.string(), "there is no case of inference");
    if (!model.empty()) damage(model);
    return report_;
  }

 private:
  void expect(bool holds, const std::string& what, const std::string& problem) {
    if (!holds) report_.problems += fmt::format("{}: {}\n", what, problem);
  }

  Report run_copy(const fs::path& copy) {
    ++report_.changes;
    return {{run_case(copy)}};
  }

  // One array of each group that the checks read.
  void change_every_array(const fs::path& folder, const CaseReport& one) {
    std::set<std::string> groups{"X", "cluster", "prompt"};  // inputs
    for (const std::string& name : one.read) {
      if (name.find("uniforms") != std::string::npos) continue;  // an input, too: what draws use
      if (!groups.insert(name.substr(0, name.find('.'))).second) continue;
      const fs::path copy = copy_of(folder, work_);
      change_array(copy / "expected.safetensors", name);
      expect(exit_status(run_copy(copy), {}) == 1, one.name, name + " changed by a thousandth is no miss");
    }
  }

  // What is not in arrays: token ids, values of metrics, indices of splits.
  void change_every_list(const fs::path& folder, const CaseReport& one) {
    const std::vector<std::pair<std::string, std::string>> places{{"inputs.json", "/input_ids"},
                                                                  {"cases.json", "/cases/0/expected"},
                                                                  {"cases.json", "/train_test_split/0/test"},
                                                                  {"splits.json", "/train_test_split/0/test"},
                                                                  {"splits.json", "/folds/0/test_folds"},
                                                                  {"splits.json", "/rng/0/first_16_uint32"},
                                                                  {kConfidences, "/token_res_ids"}};
    for (const auto& [file, place] : places) {
      const json::json_pointer at(place);
      if (!fs::exists(folder / file)) continue;
      json content = read_json(folder / file);
      if (!content.contains(at)) continue;
      const fs::path copy = copy_of(folder, work_);
      expect(change_number(content[at]), one.name, place + " holds no number");
      testing::write_file(copy / file, content.dump());
      expect(exit_status(run_copy(copy), {}) == 1, one.name, place + " changed is no miss");
    }
  }

  void damage(const fs::path& model) {
    fs::path copy = copy_of(model, work_);
    fs::remove(copy / "expected.safetensors");
    expect(exit_status(run_copy(copy), {}) == 1, "no expected.safetensors", "no miss");
    copy = copy_of(model, work_);
    fs::resize_file(copy / "expected.safetensors", 1000);
    expect(exit_status(run_copy(copy), {}) == 1, "half of expected.safetensors", "no miss");
    copy = copy_of(model, work_);
    fs::resize_file(copy / "model.safetensors", 1000);
    expect(exit_status(run_copy(copy), {}) == 1, "half of model.safetensors", "no miss");
    copy = copy_of(model, work_);
    json config = read_json(copy / "config.json");
    config["model_type"] = "a-type-of-no-family";
    testing::write_file(copy / "config.json", config.dump());
    const Report unknown = run_copy(copy);
    expect(unknown.unknown() == 1 && unknown.misses() == 0, "a model of no family", "not unknown");
    expect(table(unknown).find("no test knows this kind: model_type a-type-of-no-family") != std::string::npos,
           "a model of no family", "is not in the table");
    expect(exit_status(unknown, {}) == 0 && exit_status(unknown, {.strict = true, .no_cases = {}}) == 1,
           "a model of no family", "wrong exit status");
  }

  testing::TemporaryFolder work_;
  SelfCheckReport report_;
};

}  // namespace

SelfCheckReport self_check(const fs::path& directory) { return SelfCheck().run(directory); }

}  // namespace groel::golden
