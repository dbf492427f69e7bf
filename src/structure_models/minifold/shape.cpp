// Reads a MiniFold's configuration.
#include "structure_models/minifold/shape.h"

#include "base/error.h"
#include "models/config_reader.h"

namespace groel::structure_models {
namespace {

constexpr const char* kOwn = "minifold_config";

}  // namespace

bool is_minifold(const nlohmann::json& config) {
  return config.is_object() && config.contains(kOwn) && config[kOwn].is_object();
}

MinifoldShape read_minifold_shape(const nlohmann::json& config) {
  if (!is_minifold(config))
    throw Error(ErrorKind::bad_model, {fmt::format("'{}' is missing, or no object", kOwn), "config.json",
                                       "this is no complete configuration of MiniFold"});
  MinifoldShape out;
  out.language_model = config;
  out.language_model.erase(kOwn);
  out.language_model["model_type"] = "esm";
  out.language_model["architectures"] = {"EsmModel"};
  const models::ConfigReader language(config), own(config[kOwn]);
  const auto size = [&](const char* field, std::int64_t& to) {
    constexpr std::int64_t kMost = 1 << 16;
    try {
      to = own.integer(field, 1, kMost);
    } catch (const Error& error) {
      throw Error(error.kind(), {fmt::format("{}: {}", kOwn, error.parts().what), error.parts().where, {}});
    }
  };
  out.language_layers = language.integer("num_hidden_layers", 1, 1024);
  out.language_width = language.integer("hidden_size", 1, 1 << 16);
  out.language_heads = language.integer("num_attention_heads", 1, 1 << 10);
  size("num_blocks", out.blocks);
  size("single_dim", out.width);
  size("pair_dim", out.pair_width);
  size("position_bins", out.position_bins);
  size("distance_bins", out.distance_bins);
  size("passes", out.passes);
  size("num_structure_blocks", out.structure_blocks);
  size("num_structure_heads", out.heads);
  size("angle_dim", out.angle_width);
  size("num_angle_blocks", out.angle_blocks);
  size("confidence_dim", out.confidence_width);
  size("confidence_bins", out.confidence_bins);
  const auto divides = [&](std::int64_t part, std::int64_t whole, const char* what) {
    if (whole % part != 0)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{}: {} {} do not divide {}", kOwn, part, what, whole), "config.json", {}});
  };
  divides(out.heads, out.width, "heads of attention over residues");
  divides(4, out.pair_width, "quarters of the channels of pairs");
  return out;
}

}  // namespace groel::structure_models
