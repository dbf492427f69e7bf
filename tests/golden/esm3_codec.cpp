// ESM3's structure codec and function decoder.
#include <algorithm>
#include "base/text_file.h"

#include "esm3/client.h"
#include "golden/esm3_case.h"
#include "golden/kind.h"
#include "golden/model_case.h"
#include "nn/frames.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using testing::relative_l2;

bool knows_codec(const Case& golden) {
  return golden.holds("encoder.safetensors") && golden.holds("decoder.safetensors") && golden.inputs().contains("runs");
}

void check_encoder(const Case& golden, const esm3::StructureEncoder& encoder, std::size_t i, Worst& worst, Rows& rows) {
  const auto at = [&](const char* name) { return fmt::format("encoder.{}.{}", name, i); };
  const std::vector<float> coordinates = golden.values(at("coords"));
  const auto length = static_cast<std::int64_t>(coordinates.size()) / 9;
  const json& run = golden.inputs()["runs"][i];
  std::vector<std::int32_t> numbers;
  if (run["residue_index"].is_array()) numbers = run["residue_index"].get<std::vector<std::int32_t>>();
  const esm3::EncodedStructure out = encoder.encode(floats({length, 3, 3}, coordinates), numbers);
  // Of two that are equally near either may come first; what is near a residue without a place is not used.
  const std::vector<double> known = golden.numbers(at("affine_mask"));
  const auto sorted = [&](std::vector<std::int32_t> edges) {
    const std::size_t each = edges.size() / known.size();
    for (std::size_t r = 0; r < known.size(); ++r) {
      const auto row = edges.begin() + static_cast<std::ptrdiff_t>(r * each);
      if (known[r] == 0) std::fill_n(row, each, 0);
      std::sort(row + 1, row + static_cast<std::ptrdiff_t>(each));
    }
    return edges;
  };
  const auto edges = out.neighbours.values<std::int32_t>();
  rows.exact(at("neighbours"), differs(sorted({edges.begin(), edges.end()}),
                                       sorted(whole_numbers(golden.numbers(at("knn_edges")))), at("knn_edges")));
  std::vector<float> codes;
  for (const std::int32_t token : out.tokens) {
    const auto code = encoder.code(token);
    codes.insert(codes.end(), code.begin(), code.end());
  }
  worst.add("codes", relative_l2(std::span<const float>(codes), golden.values(at("z_q"))), at("z_q"));
  rows.exact(at("tokens"), differs(out.tokens, golden.numbers(at("tokens")), at("tokens")));
  worst.add("z", relative_l2(out.z.values<float>(), golden.values(at("z"))), at("z"));
  const Tensor bounds = Tensor::of<std::int32_t>({2}, {0, static_cast<std::int32_t>(length)});
  const ops::Frames frames = nn::frames_of(floats({length, 3, 3}, coordinates), bounds);
  std::vector<float> affine;
  for (std::int64_t t = 0; t < length; ++t) {
    const auto turn = frames.rotation.values<float>().subspan(static_cast<std::size_t>(9 * t), 9);
    const auto move = frames.translation.values<float>().subspan(static_cast<std::size_t>(3 * t), 3);
    affine.insert(affine.end(), turn.begin(), turn.end());
    affine.insert(affine.end(), move.begin(), move.end());
  }
  worst.add("frames", relative_l2(std::span<const float>(affine), golden.values(at("affine"))), at("affine"));
  rows.exact(at("known"), differs(frames.known.values<std::int32_t>(), golden.numbers(at("affine_mask")), "mask"));
}

void check_decoder(const Case& golden, const esm3::StructureDecoder& decoder, std::size_t i, Worst& worst) {
  const auto at = [&](const char* name) { return fmt::format("decoder.{}.{}", name, i); };
  const esm3::DecodedStructure out = decoder.decode(whole_numbers(golden.numbers(at("structure_tokens"))));
  const auto near = [&](const char* name, std::span<const float> ours) {
    worst.add(name, relative_l2(ours, golden.values(at(name))), at(name));
  };
  near("tensor7_affine", out.frames.values<float>());
  near("bb_pred", out.backbone.values<float>());
  near("plddt", out.plddt.values<float>());
  near("ptm", std::span(&out.ptm, 1));
  near("predicted_aligned_error", out.predicted_aligned_error.values<float>());
}

void check_codec(const Case& golden, Rows& rows) {
  const auto encoder = esm3::load_structure_encoder(golden.folder() / "encoder.safetensors");
  const auto decoder = esm3::load_structure_decoder(golden.folder() / "decoder.safetensors",
                                                    golden.config().at("decoder").at("n_heads"));
  Worst worst;
  for (std::size_t i = 0; i < golden.inputs()["runs"].size(); ++i) {
    check_encoder(golden, *encoder, i, worst, rows);
    check_decoder(golden, *decoder, i, worst);
  }
  worst.write(rows, {}, 1e-5);
}

bool knows_function(const Case& golden) {
  return golden.holds("model.safetensors") && golden.inputs().is_object() &&
         golden.inputs().contains("function_tokens") && golden.has("interpro_logits");
}

void check_function(const Case& golden, Rows& rows) {
  const auto decoder =
      esm3::load_function_decoder(golden.folder() / "model.safetensors", golden.config().at("n_heads"));
  std::vector<std::int32_t> tokens;
  for (const float id : flat(golden.inputs()["function_tokens"])) tokens.push_back(static_cast<std::int32_t>(id));
  const esm3::FunctionLogits out = decoder->decode(Tensor::of<std::int32_t>(
      {static_cast<std::int64_t>(tokens.size()) / models::kFunctionDepth, models::kFunctionDepth}, tokens));
  Worst worst;
  for (const auto& [name, ours] : {std::pair{"keyword_logits", &out.keywords},
                                   {"keyword_tfidf", &out.keyword_tfidf},
                                   {"interpro_logits", &out.interpro}})
    worst.add(name, relative_l2(ours->values<float>(), golden.values(name)), name);
  worst.write(rows, {}, 4e-6);
}

}  // namespace

Kind esm3_codec_kind() { return {"ESM3 structure codec", knows_codec, check_codec}; }
Kind esm3_function_kind() { return {"ESM3 function decoder", knows_function, check_function}; }

}  // namespace groel::golden
