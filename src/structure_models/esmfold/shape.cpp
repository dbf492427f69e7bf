// Reads ESMFold's configuration.
#include "structure_models/esmfold/shape.h"

#include "base/error.h"
#include "models/config_reader.h"

namespace groel::structure_models {
namespace {

using nlohmann::json;

constexpr std::int64_t kMost = 1 << 16;

// A part of the configuration, whose name comes before those of its fields in errors.
class Part {
 private:
  // ConfigReader knows the last part of a name alone.
  template <class Read>
  auto named(const Read& read) const {
    try {
      return read();
    } catch (const Error& error) {
      throw Error(error.kind(), {fmt::format("{}: {}", path_.substr(0, path_.size() - 1), error.parts().what),
                                 error.parts().where, error.parts().remedy});
    }
  }

 public:
  Part(const json& parent, const std::string& path, const char* name) : path_(path + name + ".") {
    if (!parent.contains(name) || !parent[name].is_object())
      throw Error(ErrorKind::bad_model, {fmt::format("'{}{}' is missing, or no object", path, name), "config.json",
                                         "this is no complete configuration of ESMFold"});
    fields_ = parent[name];
  }
  const json& fields() const { return fields_; }
  const std::string& path() const { return path_; }

  std::int64_t size(const char* field, std::int64_t low = 1) const {
    return named([&] { return models::ConfigReader(fields_).integer(field, low, kMost); });
  }
  double number(const char* field, double low, double high) const {
    return named([&] { return models::ConfigReader(fields_).number(field, low, high); });
  }
  double number(const char* field, double low, double high, double otherwise) const {
    return fields_.contains(field) ? number(field, low, high) : otherwise;
  }
  bool flag(const char* field, bool otherwise) const {
    return named([&] { return models::ConfigReader(fields_).boolean(field, otherwise); });
  }
  // Heads of that width have to fill the states.
  void require_heads(const char* width, const char* head) const {
    if (size(width) % size(head) != 0)
      throw Error(ErrorKind::bad_model, {fmt::format("'{0}{2}' is {3}, which does not divide '{0}{1}', {4}", path_,
                                                     width, head, size(head), size(width)),
                                         "config.json",
                                         {}});
  }
  void refuse(const char* field, std::string_view meaning) const {
    if (flag(field, false))
      throw Error(ErrorKind::unsupported, {fmt::format("'{}{}' is true: {}", path_, field, meaning), "config.json",
                                           "no published ESMFold is of that kind"});
  }

 private:
  std::string path_;  // with a dot at its end
  json fields_;
};

EsmfoldTrunkShape read_trunk(const Part& trunk) {
  trunk.require_heads("sequence_state_dim", "sequence_head_width");
  trunk.require_heads("pairwise_state_dim", "pairwise_head_width");
  EsmfoldTrunkShape out;
  out.blocks = trunk.size("num_blocks");
  out.width = trunk.size("sequence_state_dim");
  out.pair_width = trunk.size("pairwise_state_dim");
  out.head_width = trunk.size("sequence_head_width");
  out.pair_head_width = trunk.size("pairwise_head_width");
  out.position_bins = trunk.size("position_bins");
  out.passes = trunk.size("max_recycles");
  return out;
}

StructureModuleShape read_structure(const Part& module) {
  if (module.size("num_angles") != 7)
    throw Error(ErrorKind::bad_model, {fmt::format("'{}num_angles' is {}, and residues have 7 torsion angles",
                                                   module.path(), module.size("num_angles")),
                                       "config.json",
                                       {}});
  StructureModuleShape out;
  out.attention.width = module.size("sequence_dim");
  out.attention.pair_width = module.size("pairwise_dim");
  out.attention.heads = module.size("num_heads_ipa");
  out.attention.head_width = module.size("ipa_dim");
  out.attention.query_points = module.size("num_qk_points");
  out.attention.value_points = module.size("num_v_points");
  out.attention.epsilon = out.least_angle_norm = static_cast<float>(module.number("epsilon", 0, 1, 1e-8));
  out.rounds = module.size("num_blocks");
  out.transition_layers = module.size("num_transition_layers");
  out.angle_width = module.size("resnet_dim");
  out.angle_blocks = module.size("num_resnet_blocks");
  out.translation_scale = static_cast<float>(module.number("trans_scale_factor", 0, 1e6));
  return out;
}

// The same file's language model, as an ESM-2 says it of itself.
json language_model_of(json config) {
  config.erase("esmfold_config");
  config.erase("vocab_list");
  config["is_folding_model"] = false;
  config["architectures"] = {"EsmModel"};
  return config;
}

}  // namespace

bool is_esmfold(const json& config) {
  if (!config.is_object()) return false;
  const auto architectures = config.find("architectures");
  const bool named = architectures != config.end() && architectures->is_array() &&
                     std::ranges::find(*architectures, "EsmForProteinFolding") != architectures->end();
  const auto folding = config.find("is_folding_model");
  return named || (folding != config.end() && folding->is_boolean() && folding->get<bool>());
}

EsmfoldShape read_esmfold_shape(const json& config) {
  const Part whole(config, {}, "esmfold_config");
  whole.refuse("bypass_lm", "it folds without its language model");
  whole.refuse("esm_ablate_sequence", "it folds without what the language model says of residues");
  whole.refuse("use_esm_attn_map", "it takes the language model's attention maps for pairs");
  const Part trunk(whole.fields(), whole.path(), "trunk");
  EsmfoldShape out;
  out.language_model = language_model_of(config);
  const models::ConfigReader reader(config);
  out.language_layers = reader.integer("num_hidden_layers", 1, 1024);
  out.language_width = reader.integer("hidden_size", 1, kMost);
  out.residue_embedding = whole.flag("embed_aa", true);
  out.confidence_width = whole.size("lddt_head_hid_dim");
  out.trunk = read_trunk(trunk);
  out.structure = read_structure(Part(trunk.fields(), trunk.path(), "structure_module"));
  return out;
}

}  // namespace groel::structure_models
