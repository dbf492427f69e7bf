// Turns toml++'s tree into a list of keys. Its headers take seconds to compile: included here alone.
#include "base/toml.h"

#include <toml++/toml.h>

#include "base/error.h"

namespace groel {
namespace {

using nlohmann::json;

class Walk {
 public:
  explicit Walk(const std::string& label) : label_(label) {}

  void take(const toml::table& table, const std::string& name) {
    for (const auto& [key, node] : table) {
      const std::string word(key.str());
      if (const toml::table* inner = node.as_table())
        take(*inner, name.empty() ? word : name + "." + word);
      else
        entries_.push_back({name, word, value_of(node), place(key.source())});
    }
  }
  std::string place(const toml::source_region& source) const {
    return fmt::format("{}:{}:{}", label_, source.begin.line, source.begin.column);
  }
  std::vector<TomlEntry> entries() && { return std::move(entries_); }

 private:
  static json value_of(const toml::node& node) {
    if (const auto* value = node.as_string()) return value->get();
    if (const auto* value = node.as_integer()) return value->get();
    if (const auto* value = node.as_floating_point()) return value->get();
    if (const auto* value = node.as_boolean()) return value->get();
    const auto* values = node.as_array();
    if (values == nullptr || !values->is_homogeneous<std::string>()) return nullptr;
    json list = json::array();
    for (const toml::node& value : *values) list.push_back(value.as_string()->get());
    return list;
  }

  const std::string& label_;
  std::vector<TomlEntry> entries_;
};

}  // namespace

std::vector<TomlEntry> parse_toml(const std::string& text, const std::string& label) {
  Walk walk(label);
  try {
    walk.take(toml::parse(text, label), {});
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::bad_input, {std::string(error.description()), walk.place(error.source()), {}});
  }
  return std::move(walk).entries();
}

std::string toml_library_version() { return fmt::format("{}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH); }

}  // namespace groel
