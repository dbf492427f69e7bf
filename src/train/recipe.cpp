// Reads recipe files in TOML.
#include "train/recipe.h"

#include <toml++/toml.h>
#include <algorithm>

#include "base/text_file.h"

namespace groel::train {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestRecipe = std::size_t{1} << 20;

std::string place(const std::string& label, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", label, source.begin.line, source.begin.column);
}

class Reader {
 public:
  Reader(const std::string& label, const std::vector<OptionSpec>& options) : label_(label), options_(options) {}

  json read(const toml::table& table) {
    take(table);
    return std::move(out_);
  }

 private:
  void take(const toml::table& table) {
    for (const auto& [key, node] : table) {
      if (const toml::table* group = node.as_table())
        take(*group);
      else
        take(std::string(key.str()), key.source(), node);
    }
  }

  void take(const std::string& key, const toml::source_region& source, const toml::node& node) {
    std::string name = key;
    std::replace(name.begin(), name.end(), '_', '-');
    const auto known = std::find_if(options_.begin(), options_.end(),
                                    [&](const OptionSpec& option) { return is_called(option, name); });
    if (known == options_.end()) throw unknown(key, name, source);
    name = known->name;
    if (out_.contains(name))
      throw Error(ErrorKind::usage, {fmt::format("'{}' occurs twice", key), place(label_, source), {}});
    out_[name] = value_of(node);
  }

  Error unknown(const std::string& key, const std::string& name, const toml::source_region& source) const {
    std::vector<std::string> names;
    for (const OptionSpec& option : options_) names.push_back(option.name);
    const auto near = nearest(name, names);
    return Error(ErrorKind::usage,
                 {fmt::format("there is no option '{}'", key), place(label_, source),
                  near ? fmt::format("did you mean '{}'?", *near) : "`groel train --help` lists the options"});
  }

  json value_of(const toml::node& node) const {
    if (const auto* value = node.as_string()) return value->get();
    if (const auto* value = node.as_integer()) return value->get();
    if (const auto* value = node.as_floating_point()) return value->get();
    if (const auto* value = node.as_boolean()) return value->get();
    if (const auto* values = node.as_array(); values != nullptr && values->is_homogeneous<std::string>()) {
      json list = json::array();
      for (const toml::node& value : *values) list.push_back(value.as_string()->get());
      return list;
    }
    throw Error(ErrorKind::usage,
                {"a recipe holds texts, numbers, true, false and lists of texts", place(label_, node.source()), {}});
  }

  const std::string& label_;
  const std::vector<OptionSpec>& options_;
  json out_ = json::object();
};

}  // namespace

json parse_recipe(const std::string& text, const std::string& label, const std::vector<OptionSpec>& options) try {
  return Reader(label, options).read(toml::parse(text, label));
} catch (const toml::parse_error& error) {
  throw Error(ErrorKind::bad_input, {std::string(error.description()), place(label, error.source()), {}});
}

json read_recipe(const std::filesystem::path& path, const std::vector<OptionSpec>& options) {
  return parse_recipe(read_text(path, kLargestRecipe), path.string(), options);
}

}  // namespace groel::train
