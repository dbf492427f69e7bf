// The table of families.
#include "base/error.h"
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

const Family& find_family(const nlohmann::json& config) {
  std::string names;
  for (const Family& family : families()) {
    if (family.accepts(config)) return family;
    names += (names.empty() ? "" : ", ") + std::string(family.name);
  }
  const std::string type =
      config.is_object() && config.contains("model_type") ? config["model_type"].dump().substr(0, 100) : "none";
  throw Error(ErrorKind::unsupported, {fmt::format("no model family for model_type {}", type), "config.json",
                                       "families of this build: " + names});
}

}  // namespace groel::models
