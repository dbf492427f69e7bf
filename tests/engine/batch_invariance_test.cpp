// A sequence's result is bitwise the same alone, in any batch, at any place in it, with any number of threads.
#include <groel/groel.h>

#include <algorithm>
#include <random>

#include "bio/output.h"
#include "support/golden.h"
#include "support/split_products.h"

namespace groel {
namespace {

constexpr std::string_view kResidues = "LAGVSERTIDPKQNFYMHWC";

// Lengths around the edges of every tile and block, and some in between.
std::vector<std::string> sequences() {
  std::mt19937 random(7);
  std::vector<std::string> out;
  for (const std::size_t length :
       {1, 2, 5, 14, 15, 30, 61, 62, 63, 64, 65, 100, 126, 127, 128, 200, 254, 255, 256, 330, 510}) {
    std::string sequence;
    for (std::size_t i = 0; i < length; ++i) sequence += kResidues[random() % kResidues.size()];
    out.push_back(sequence);
  }
  out[5].replace(3, 2, "<mask><mask>");
  return out;
}

const EmbedOptions kAll{.layers = {0, 1, 2, 3}, .outputs = {bio::all_outputs().begin(), bio::all_outputs().end()}};

void expect_equal(const Embedding& a, const Embedding& b, const std::string& what) {
  ASSERT_EQ(a.values().size(), b.values().size());
  for (const auto& [output, layer, array] : a.values())
    ASSERT_TRUE(std::ranges::equal(array.values(), b.at(output, layer).values()))
        << what << ", " << name(output) << " of layer " << layer;
}

class BatchInvariance : public ::testing::TestWithParam<std::tuple<const char*, Dtype>> {};

TEST_P(BatchInvariance, HoldsBitwise) {
  const auto [name, dtype] = GetParam();
  const SplitProducts split;
  Session session;
  const Model model = Model::load(testing::data(name).string(), dtype, session);
  auto input = sequences();
  if (model.description().max_residues)
    std::erase_if(input, [&](const std::string& s) {
      return static_cast<std::int64_t>(s.size()) > *model.description().max_residues;
    });
  std::vector<Embedding> alone;
  session.set_threads(1);
  for (const std::string& sequence : input) alone.push_back(model.embed(sequence, kAll));
  std::vector<std::size_t> order(input.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937 random(3);
  for (const int threads : {1, 2, 3, 5}) {
    session.set_threads(threads);
    std::vector<std::string> shuffled;
    for (const std::size_t i : order) shuffled.push_back(input[i]);
    const auto together = model.embed(shuffled, kAll);
    for (std::size_t i = 0; i < order.size(); ++i)
      expect_equal(together[i], alone[order[i]],
                   std::to_string(input[order[i]].size()) + " residues, " + std::to_string(threads) + " threads");
    std::shuffle(order.begin(), order.end(), random);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, BatchInvariance,
                         ::testing::Combine(::testing::Values("esm2-tiny", "esm2-tiny-h24", "esm1b-tiny"),
                                            ::testing::Values(Dtype::f32, Dtype::bf16, Dtype::f32x3, Dtype::int8)));

}  // namespace
}  // namespace groel
