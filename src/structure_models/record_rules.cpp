// Checks records against rules, and applies them.
#include "structure_models/record_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "base/error.h"
#include "base/threads.h"

namespace groel::structure_models {
namespace {

constexpr std::size_t kMostShown = 200;

std::int64_t count_of(const Shape& shape) {
  std::int64_t out = 1;
  for (const std::int64_t size : shape) out *= size;
  return out;
}

// The numbers of one record as matrices, layer by layer.
struct Layers {
  const RecordRule& rule;
  const io::Array& array;
  std::int64_t in = count_of(rule.in), out = count_of(rule.out);

  std::size_t place(std::int64_t layer, std::int64_t row, std::int64_t column) const {
    const std::int64_t within = rule.axes == RecordAxes::in_first ? column * out + row : row * in + column;
    return static_cast<std::size_t>(layer * in * out + within);
  }
};

float float_at(const io::Array& array, std::size_t i) {
  if (array.dtype == DType::bf16) return to_float(reinterpret_cast<const bf16_t*>(array.bytes.data())[i]);
  return reinterpret_cast<const float*>(array.bytes.data())[i];
}

// An array of the module while it is filled.
struct Target {
  DType dtype;
  Shape shape;
  std::shared_ptr<std::vector<std::byte>> bytes;
};

class Filler {
 public:
  void fill(const RecordRule& rule, const io::Array& array) {
    const Layers layers{rule, array};
    for (std::int64_t layer = 0; layer < count_of(rule.layers); ++layer)
      for (const RecordTarget& to : rule.targets) fill_one(layers, layer, to);
  }
  io::ArrayMap take() {
    io::ArrayMap out;
    for (auto& [name, one] : targets_) out[name] = {one.dtype, one.shape, *one.bytes, one.bytes};
    return out;
  }

 private:
  void fill_one(const Layers& layers, std::int64_t layer, const RecordTarget& to) {
    const bool vector = layers.rule.axes == RecordAxes::vector;
    const std::int64_t rows = to.rows >= 0 ? to.rows : (layers.out - to.first + to.step - 1) / to.step;
    const std::int64_t width = to.columns >= 0 ? to.columns : layers.in;
    const bool joined = to.columns >= 0;
    Target& target = targets_.try_emplace(fmt::format(fmt::runtime(to.name), layer)).first->second;
    if (target.bytes == nullptr) {
      target.dtype = joined ? DType::f32 : layers.array.dtype;
      target.shape = vector ? Shape{rows} : Shape{rows, width};
      target.bytes =
          std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(rows * width) * size_of(target.dtype));
    }
    const auto row = [&](std::int64_t r) {
      for (std::int64_t c = 0; c < layers.in; ++c) {
        const std::size_t from = layers.place(layer, to.first + r * to.step, c);
        const auto into = static_cast<std::size_t>(r * width + to.column + c);
        if (joined) {
          const float value = float_at(layers.array, from);
          std::memcpy(target.bytes->data() + into * sizeof value, &value, sizeof value);
        } else {
          const std::size_t size = size_of(target.dtype);
          std::memcpy(target.bytes->data() + into * size, layers.array.bytes.data() + from * size, size);
        }
      }
    };
    parallel_for(rows, row);
  }

  std::map<std::string, Target> targets_;
};

void add_list(const std::string& kind, const std::vector<std::string>& list, std::string& to) {
  if (list.empty()) return;
  to += fmt::format("\n  {} ({}):", kind, list.size());
  for (std::size_t i = 0; i < std::min(list.size(), kMostShown); ++i) to += "\n    " + list[i];
  if (list.size() > kMostShown) to += fmt::format("\n    and {} more", list.size() - kMostShown);
}

bool is_weight(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16; }

}  // namespace

Shape RecordRule::shape() const {
  Shape all = layers;
  const Shape &first = axes == RecordAxes::in_first ? in : out, &second = axes == RecordAxes::in_first ? out : in;
  all.insert(all.end(), first.begin(), first.end());
  if (axes != RecordAxes::vector) all.insert(all.end(), second.begin(), second.end());
  return all;
}

void check_records(const std::vector<RecordRule>& rules, const io::ArrayMap& records,
                   const std::vector<std::string>& optional, const std::string& label) {
  std::vector<std::string> missing, shapes, types, unexpected;
  std::set<std::string> wanted(optional.begin(), optional.end());
  for (const RecordRule& rule : rules) {
    wanted.insert(rule.record);
    const auto found = records.find(rule.record);
    if (found == records.end())
      missing.push_back(fmt::format("{} {}", rule.record, to_string(rule.shape())));
    else if (found->second.shape != rule.shape())
      shapes.push_back(fmt::format("{}: {} in the file, {} expected", rule.record, to_string(found->second.shape),
                                   to_string(rule.shape())));
    else if (!is_weight(found->second.dtype))
      types.push_back(fmt::format("{}: {}", rule.record, name(found->second.dtype)));
  }
  for (const auto& [record, array] : records)
    if (!wanted.contains(record)) unexpected.push_back(fmt::format("{} {}", record, to_string(array.shape)));
  std::string text = "the weights are not those of this network";
  add_list("missing", missing, text);
  add_list("unexpected", unexpected, text);
  add_list("mis-shaped", shapes, text);
  add_list("of a type that is not a weight's", types, text);
  if (!missing.empty() || !unexpected.empty() || !shapes.empty() || !types.empty())
    throw Error(ErrorKind::bad_model, {text, label, "give the file as it was published"});
}

io::ArrayMap apply_rules(const std::vector<RecordRule>& rules, io::ArrayMap records) {
  Filler filler;
  for (const RecordRule& rule : rules) {
    const auto found = records.find(rule.record);
    GROEL_REQUIRE(found != records.end());
    filler.fill(rule, found->second);
    records.erase(found);
  }
  return filler.take();
}

}  // namespace groel::structure_models
