// The table of families.
#include "base/error.h"
#include "base/words.h"
#include "models/family.h"

namespace groel::models {

#define GROEL_FAMILY(describe) Family describe();
#include "models/families.inc"
#undef GROEL_FAMILY

const std::vector<Family>& families() {
  static const std::vector<Family> all{
#define GROEL_FAMILY(describe) describe(),
#include "models/families.inc"
#undef GROEL_FAMILY
  };
  return all;
}

namespace {

std::string names_of_families() {
  return listed_as(families(), [](const Family& family) { return family.name; });
}

}  // namespace

const Family& find_family(const nlohmann::json& config) {
  for (const Family& family : families())
    if (family.accepts(config)) return family;
  const std::string type =
      config.is_object() && config.contains("model_type") ? config["model_type"].dump().substr(0, 100) : "none";
  throw Error(ErrorKind::unsupported, {fmt::format("no model family for model_type {}", type), "config.json",
                                       "families of this build: " + names_of_families()});
}

const Family& family_named(std::string_view name) {
  for (const Family& family : families())
    if (family.name == name) return family;
  throw Error(
      ErrorKind::usage,
      {fmt::format("there is no model family '{}'", name), {}, "families of this build: " + names_of_families()});
}

}  // namespace groel::models
