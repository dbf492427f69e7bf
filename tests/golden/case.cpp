// Reads a folder of golden data.
#include "golden/case.h"

#include <cstring>

#include "base/error.h"
#include "base/text_file.h"

namespace groel::golden {
namespace {

template <class Value>
std::vector<double> converted(std::span<const std::byte> bytes) {
  std::vector<Value> values(bytes.size() / sizeof(Value));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Value));
  return {values.begin(), values.end()};
}

}  // namespace

Case::Case(std::filesystem::path folder)
    : folder_(std::move(folder)), inputs_(json("inputs.json")), config_(json("config.json")) {
  const bool expects = holds("expected.safetensors");
  if (expects) expected_ = io::read_safetensors(folder_ / "expected.safetensors");
  if (!inputs_.is_null() && !expects) throw Error(ErrorKind::bad_input, "inputs.json, but no expected.safetensors");
  if (inputs_.is_null() && expects) throw Error(ErrorKind::bad_input, "expected.safetensors, but no inputs.json");
}

nlohmann::json Case::json(const std::string& file) const { return holds(file) ? read_json(folder_ / file) : nullptr; }

const io::Array& Case::array_of(const std::string& name) const {
  const auto found = expected_.arrays.find(name);
  if (found == expected_.arrays.end())
    throw Error(ErrorKind::bad_input, fmt::format("expected.safetensors has no array {}", name));
  return found->second;
}

std::vector<double> Case::numbers(const std::string& name) const {
  const io::Array& array = array_of(name);
  read_.insert(name);
  switch (array.dtype) {
    case DType::f32: return converted<float>(array.bytes);
    case DType::f64: return converted<double>(array.bytes);
    case DType::i64: return converted<std::int64_t>(array.bytes);
    case DType::i32: return converted<std::int32_t>(array.bytes);
    case DType::u8:
    case DType::boolean: return converted<std::uint8_t>(array.bytes);
    default:
      throw Error(ErrorKind::bad_input,
                  fmt::format("array {} of expected.safetensors is {}", name, groel::name(array.dtype)));
  }
}

std::vector<float> Case::values(const std::string& name) const {
  const std::vector<double> wide = numbers(name);
  std::vector<float> out;
  for (const double value : wide) out.push_back(static_cast<float>(value));
  return out;
}

std::vector<std::string> Case::names(const std::string& prefix) const {
  std::vector<std::string> out;
  for (const auto& [name, array] : expected_.arrays)
    if (name.starts_with(prefix)) out.push_back(name);
  return out;
}

std::vector<std::string> Case::unread() const {
  std::vector<std::string> out;
  for (const auto& [name, array] : expected_.arrays)
    if (!read_.contains(name)) out.push_back(name);
  return out;
}

}  // namespace groel::golden
