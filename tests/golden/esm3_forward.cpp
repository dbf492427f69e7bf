// ESM3: logits of all tracks and embeddings, of every combination of what it reads.
#include "esm3/client.h"
#include "golden/esm3_case.h"
#include "golden/kind.h"
#include "golden/model_case.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using testing::relative_l2;

bool knows(const Case& golden) {
  const json& inputs = golden.inputs();
  return text_of(golden.config(), "model_type") == "esm3" && inputs.is_object() && inputs.contains("runs");
}

// One row of a batch, as far as it is no padding.
class Row {
 public:
  Row(const json& inputs, std::size_t row) : inputs_(inputs), row_(row) {
    length_ = static_cast<std::int64_t>(inputs.begin()->at(row).size());
    if (!inputs.contains("sequence_tokens")) return;
    const json& tokens = inputs["sequence_tokens"][row];
    while (length_ > 0 && tokens[static_cast<std::size_t>(length_ - 1)] == 1) --length_;
  }
  std::int64_t length() const { return length_; }

  ESMProteinTensor tokens() const {
    ESMProteinTensor out;
    for (const auto& [name, track] : {std::pair{"sequence_tokens", Track::sequence},
                                      {"structure_tokens", Track::structure},
                                      {"ss8_tokens", Track::secondary_structure},
                                      {"sasa_tokens", Track::sasa},
                                      {"function_tokens", Track::function},
                                      {"residue_annotation_tokens", Track::residue_annotations}})
      if (inputs_.contains(name)) {
        out.track(track).emplace();
        for (const float id : taken(name, models::track_depth(track)))
          out.track(track)->push_back(static_cast<std::int32_t>(id));
      }
    // They say how many tokens there are.
    if (inputs_.contains("structure_coords")) out.coordinates.resize(static_cast<std::size_t>(length_ * 111));
    return out;
  }

  models::Tracks beside() const {
    models::Tracks out;
    if (inputs_.contains("structure_coords")) out.coordinates = floats({length_, 3, 3}, taken("structure_coords", 9));
    if (inputs_.contains("average_plddt")) out.average_plddt = floats({length_}, taken("average_plddt", 1));
    if (inputs_.contains("per_res_plddt")) out.residue_plddt = floats({length_}, taken("per_res_plddt", 1));
    if (inputs_.contains("chain_id")) out.chain = numbers("chain_id");
    if (inputs_.contains("sequence_id")) out.sequence_id = numbers("sequence_id");
    return out;
  }

 private:
  std::vector<float> taken(const char* name, std::int64_t each) const {
    std::vector<float> all = flat(inputs_.at(name).at(row_));
    all.resize(static_cast<std::size_t>(length_ * each));
    return all;
  }
  Tensor numbers(const char* name) const {
    std::vector<std::int32_t> out;
    for (const float x : taken(name, 1)) out.push_back(static_cast<std::int32_t>(x));
    return Tensor::of<std::int32_t>({length_}, out);
  }

  const json& inputs_;
  std::size_t row_;
  std::int64_t length_;
};

std::string output_name(Track track) {
  return track == Track::residue_annotations ? "residue_logits" : fmt::format("{}_logits", models::track_name(track));
}

void compare(const Case& golden, const std::string& name, std::span<const float> ours, const std::string& what,
             Worst& worst) {
  std::vector<float> expected = golden.values(name);
  if (expected.size() > ours.size()) expected.resize(ours.size());  // padding comes last
  worst.add(what, relative_l2(ours, expected), name);
}

void check(const Case& golden, Rows& rows) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(golden.folder());
  const esm3::Client model(*loaded.model);
  Worst worst;
  for (const json& run : golden.inputs().at("runs")) {
    const json& inputs = run.at("inputs");
    const std::size_t count = inputs.begin()->size();
    for (std::size_t row = 0; row < count; ++row) {
      const Row one(inputs, row);
      const std::string name = run.at("name"), suffix = count > 1 ? fmt::format(".{}", row) : "";
      const esm3::TrackLogits out =
          model.forward(one.tokens(), one.beside(), {true, true, true, true, true, true, true});
      for (const Track track : models::kTracks)
        if (const std::string array = fmt::format("{}.{}{}", name, output_name(track), suffix); golden.has(array))
          compare(golden, array, out.logits.at(track).values<float>(), output_name(track), worst);
      compare(golden, fmt::format("{}.embeddings{}", name, suffix), out.embeddings.values<float>(), "embeddings",
              worst);
    }
  }
  worst.write(rows, {}, 1e-5);  // weights moved by an ulp move outputs by up to 6.8e-5 (absolute)
}

}  // namespace

Kind esm3_forward_kind() { return {"ESM3", knows, check}; }

}  // namespace groel::golden
