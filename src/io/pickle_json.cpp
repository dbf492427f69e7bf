// Converts a pickled object to JSON: shared objects are written out at each place, within limits.
#include <fmt/format.h>

#include "base/error.h"
#include "io/torch_unpickle.h"

namespace groel::io {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxValues = 2'000'000;
constexpr std::size_t kMaxJsonText = 64'000'000;
constexpr const char* kTensorKey = "$tensor";

class Converter {
 public:
  explicit Converter(const PickleMachine& machine) : machine_(machine) {}

  nlohmann::json convert(const PickleValue& value, int depth) {
    if (depth > kMaxDepth) machine_.fail("the pickle is nested too deeply or contains itself");
    if (++values_ > kMaxValues) machine_.fail("the pickle holds more values than any checkpoint does");
    switch (value.kind) {
      case PickleKind::none: return nullptr;
      case PickleKind::boolean: return value.number != 0;
      case PickleKind::integer: return value.number;
      case PickleKind::real: return value.real;
      case PickleKind::big_integer: return hexadecimal(charged(value.text));
      case PickleKind::text: return charged(value.text);
      case PickleKind::bytes: return nlohmann::json::binary(bytes_of(charged(value.text)));
      case PickleKind::global: return std::string(value.text);
      case PickleKind::tensor: return {{kTensorKey, value.number}};
      case PickleKind::list:
      case PickleKind::tuple: return list(value, depth);
      case PickleKind::attributes:
        if (const PickleValue* content = wrapped(value)) return convert(*content, depth + 1);
        return object(value, depth);
      case PickleKind::dict: return object(value, depth);
      case PickleKind::storage: break;
    }
    machine_.fail("the pickle holds a storage outside a tensor");
  }

 private:
  std::string charged(std::string_view text) {
    if (text.size() > kMaxJsonText - text_) machine_.fail("the pickle holds more text than any checkpoint does");
    text_ += text.size();
    return std::string(text);
  }

  static std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

  static std::string hexadecimal(const std::string& little_endian) {
    std::string out = "0x";
    for (auto c = little_endian.rbegin(); c != little_endian.rend(); ++c)
      fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<std::uint8_t>(*c));
    return out;
  }

  // What a container or a node of OmegaConf holds. The rest of it points back to what it is in.
  const PickleValue* wrapped(const PickleValue& value) const {
    const auto& items = machine_.items(value);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
      if (items[i].kind == PickleKind::text && (items[i].text == "_content" || items[i].text == "_val"))
        return &items[i + 1];
    return nullptr;
  }

  nlohmann::json list(const PickleValue& value, int depth) {
    nlohmann::json out = nlohmann::json::array();
    for (const PickleValue& item : machine_.items(value)) out.push_back(convert(item, depth + 1));
    return out;
  }

  nlohmann::json object(const PickleValue& value, int depth) {
    nlohmann::json out = nlohmann::json::object();
    const auto& items = machine_.items(value);
    for (std::size_t i = 0; i < items.size(); i += 2) {
      const std::string key = key_text(items[i]);
      if (key == kTensorKey) machine_.fail("the pickle has a key that stands for tensors");  // would forge an index
      if (!out.emplace(key, convert(items[i + 1], depth + 1)).second)
        machine_.fail(fmt::format("the pickle has the key {} twice", key));
    }
    return out;
  }

  std::string key_text(const PickleValue& key) {
    switch (key.kind) {
      case PickleKind::text: return charged(key.text);
      case PickleKind::integer: return std::to_string(key.number);
      case PickleKind::none:
      case PickleKind::boolean:
      case PickleKind::real: return convert(key, 0).dump();
      default: machine_.fail("the pickle has a dict whose keys are neither text nor numbers");
    }
  }

  const PickleMachine& machine_;
  std::size_t values_ = 0;
  std::size_t text_ = 0;
};

}  // namespace

nlohmann::json pickle_to_json(const PickleMachine& machine, const PickleValue& value) {
  return Converter(machine).convert(value, 0);
}

}  // namespace groel::io
