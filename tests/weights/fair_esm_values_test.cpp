// What fair-esm itself computes from published checkpoints: an ESM-1v variant score. (Whole outputs: tests/golden.)
#include "weights/checkpoints.h"

namespace groel::weights {
namespace {

class FairEsmEsm1v : public ::testing::TestWithParam<int> {};

TEST_P(FairEsmEsm1v, WildTypeMarginalOfH24C) {
  constexpr std::array<double, 5> kExpected{-2.602889, -1.227370, -0.311026, -2.243886, -1.275032};
  GROEL_NEED_CHECKPOINT(path, "esm1v_t33_650M_UR90S_" + std::to_string(GetParam()));
  const auto loaded = checkpoints::load_model(path);
  const bio::Tokenizer& tokenizer = loaded.model->tokenizer();
  const Forward out = forward(*loaded.model, {tokenizer.encode(kBetaLactamase).ids});
  // residue 24 is token 1; the softmax's norm is the same for both residues
  const auto row = out.logits.values<float>().subspan(static_cast<std::size_t>(out.logits.size(1)));
  const auto logit = [&](std::string_view residue) { return row[static_cast<std::size_t>(tokenizer.id(residue))]; };
  EXPECT_NEAR(logit("C") - logit("H"), kExpected.at(static_cast<std::size_t>(GetParam()) - 1), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Models, FairEsmEsm1v, ::testing::Range(1, 6));

}  // namespace
}  // namespace groel::weights
