// The names of the precisions.
#include "engine/precision.h"

#include "base/error.h"

namespace groel::engine {
namespace {

struct PrecisionName {
  std::string_view text;
  ops::Precision precision;
};
constexpr PrecisionName kPrecisions[] = {
    {"f32", ops::Precision::f32},   {"bf16", ops::Precision::bf16},   {"f32x3", ops::Precision::f32x3},
    {"int8", ops::Precision::int8}, {"float32", ops::Precision::f32}, {"bfloat16", ops::Precision::bf16},
};
constexpr std::size_t kShown = 4;  // those after them are other spellings

}  // namespace

std::vector<std::string> precision_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kShown; ++i) names.emplace_back(kPrecisions[i].text);
  return names;
}

std::vector<std::string> training_precision_names() {
  std::vector<std::string> names = precision_names();
  std::erase(names, "int8");
  return names;
}

ops::Precision parse_precision(const std::string& text) {
  for (const PrecisionName& one : kPrecisions)
    if (one.text == text) return one.precision;
  throw Error(ErrorKind::usage, {fmt::format("unknown dtype '{}'", text), "`dtype`", "use f32, bf16, f32x3 or int8"});
}

std::string_view name(ops::Precision precision) noexcept {
  for (const PrecisionName& one : kPrecisions)
    if (one.precision == precision) return one.text;
  return "f32";
}

std::vector<std::string> weight_form_names() { return {"exact", "int8"}; }

ops::WeightForm parse_weight_form(const std::string& text) {
  if (text == "exact") return ops::WeightForm::exact;
  if (text == "int8") return ops::WeightForm::int8;
  throw Error(ErrorKind::usage, {fmt::format("unknown form of weights '{}'", text), "`weights`", "use exact or int8"});
}

}  // namespace groel::engine
