// Layer lists, windows, and pooling that leaves special tokens out.
#include "engine/outputs.h"
#include "engine/layers.h"

#include "base/threads.h"
#include "checkpoints/load.h"
#include "engine/windows.h"
#include "support/golden.h"

namespace groel::engine {
namespace {

TEST(Layers, AreParsed) {
  EXPECT_EQ(parse_layers("-1", 6), std::vector<int>{6});
  EXPECT_EQ(parse_layers("0..2,-1", 6), (std::vector<int>{0, 1, 2, 6}));
  EXPECT_EQ(parse_layers("6,3,3", 6), (std::vector<int>{3, 6}));
  EXPECT_EQ(parse_layers("-3..-1", 6), (std::vector<int>{4, 5, 6}));
  EXPECT_EQ(parse_layers("all", 2), (std::vector<int>{0, 1, 2}));
  for (const char* bad : {"7", "-8", "x", "", "1,", "3..1", "1..", "2x"})
    EXPECT_THROW(parse_layers(bad, 6), Error) << bad;
}

TEST(Windows, CoverEveryResidueAndOverlapByHalf) {
  for (const std::int64_t length : {1, 9, 10, 11, 15, 16, 99, 1000}) {
    const auto cut = windows(length, 10);
    EXPECT_EQ(cut.front().begin, 0);
    EXPECT_EQ(cut.back().end, length);
    for (std::size_t w = 0; w < cut.size(); ++w) {
      EXPECT_LE(cut[w].end - cut[w].begin, 10);
      if (w > 0) {
        EXPECT_LT(cut[w].begin, cut[w - 1].end);
        EXPECT_GT(cut[w].end, cut[w - 1].end);
      }
    }
  }
}

TEST(Windows, OneWindowChangesNothing) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  const std::vector<std::int32_t> tokens = loaded.model->tokenizer().encode("MKTAYIAKQRQISFVKSHFSRQ").ids;
  const OutputRequest request{.layers = {1, 3},
                              .outputs = {Output::mean, Output::max, Output::cls, Output::per_residue, Output::logits}};
  const auto direct = outputs_of(*loaded.model, std::span(&tokens, 1), request);
  const auto parts = outputs_of(*loaded.model, std::span(&tokens, 1), window_request(request));
  const auto cut = windows(22, 100);
  const OutputValues joined = join_windows(parts, cut, request, 3);
  for (const int layer : {1, 3}) {
    EXPECT_EQ(testing::max_difference(joined.at(Output::mean, layer).values<float>(),
                                      direct[0].at(Output::mean, layer).values<float>()),
              0);
    EXPECT_EQ(testing::max_difference(joined.at(Output::max, layer).values<float>(),
                                      direct[0].at(Output::max, layer).values<float>()),
              0);
    EXPECT_EQ(testing::max_difference(joined.at(Output::per_residue, layer).values<float>(),
                                      direct[0].at(Output::per_residue, layer).values<float>()),
              0);
  }
  EXPECT_EQ(
      testing::max_difference(joined.of(Output::logits).values<float>(), direct[0].of(Output::logits).values<float>()),
      0);
}

TEST(Windows, RefuseContacts) {
  EXPECT_THROW(window_request({.layers = {1}, .outputs = {Output::contacts}}), Error);
  EXPECT_THROW(window_request({.layers = {1}, .outputs = {Output::attentions}}), Error);
}

TEST(Embed, MeanAndMaxAreOverResiduesAlone) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  const std::vector<std::int32_t> tokens = loaded.model->tokenizer().encode("MKTAYIAK").ids;
  const auto result = outputs_of(*loaded.model, std::span(&tokens, 1),
                                 {.layers = {3}, .outputs = {Output::mean, Output::max, Output::per_residue}});
  const Tensor& residues = result[0].at(Output::per_residue, 3);
  ASSERT_EQ(residues.shape(), (Shape{8, 64}));
  for (std::int64_t d = 0; d < 64; ++d) {
    double sum = 0;
    float highest = -INFINITY;
    for (std::int64_t i = 0; i < 8; ++i) {
      sum += residues.data<float>()[i * 64 + d];
      highest = std::max(highest, residues.data<float>()[i * 64 + d]);
    }
    EXPECT_NEAR(result[0].at(Output::mean, 3).data<float>()[d], sum / 8, 1e-6);
    EXPECT_EQ(result[0].at(Output::max, 3).data<float>()[d], highest);
  }
}

TEST(Embed, StopsAtTheLastLayerWanted) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  const std::vector<std::int32_t> tokens = loaded.model->tokenizer().encode("MKTAYIAK").ids;
  const auto early = outputs_of(*loaded.model, std::span(&tokens, 1), {.layers = {1}, .outputs = {Output::mean}});
  const auto late = outputs_of(*loaded.model, std::span(&tokens, 1), {.layers = {1, 3}, .outputs = {Output::mean}});
  EXPECT_EQ(testing::max_difference(early[0].at(Output::mean, 1).values<float>(),
                                    late[0].at(Output::mean, 1).values<float>()),
            0);
}

}  // namespace
}  // namespace groel::engine
