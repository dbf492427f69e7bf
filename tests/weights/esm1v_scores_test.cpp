// `groel score` on TEM-1 against what fair-esm publishes of ESM-1v: the agreement of its 4,996 wild-type marginals with
// the measured fitness, for each of the five models (BLAT_ECOLX_Ranganathan2015_labeled.csv, column 2500).
#include <nlohmann/json.hpp>
#include <sstream>

#include "tasks/task.h"
#include "weights/checkpoints.h"

namespace groel::weights {
namespace {

nlohmann::json score(const nlohmann::json& given) {
  for (const tasks::Task& task : tasks::tasks()) {
    if (task.name != "score") continue;
    std::ostringstream out;
    Sink silent;
    tasks::Context context{out, silent};
    EXPECT_EQ(task.run(Options(task.options, given), context), 0);
    return nlohmann::json::parse(out.str());
  }
  return {};
}

class Esm1vScores : public ::testing::TestWithParam<int> {};

TEST_P(Esm1vScores, AgreeWithFitnessAsPublished) {
  constexpr std::array<double, 5> kPublished{0.661929, 0.663149, 0.644890, 0.686476, 0.706432};
  constexpr int kOffset = 23;  // the construct's first residue is H24
  GROEL_NEED_CHECKPOINT(path, "esm1v_t33_650M_UR90S_" + std::to_string(GetParam()));
  const nlohmann::json out = score({{"input", {kBetaLactamase}},
                                    {"model", {path.string()}},
                                    {"variants", GROEL_SOURCE_DIR "/examples/tem1_fitness.csv"},
                                    {"target-col", "fitness"},
                                    {"offset", kOffset},
                                    {"method", "wt-marginals"},
                                    {"json", true}});
  ASSERT_EQ(out["variants"].size(), 4996U);
  EXPECT_NEAR(out["agreement"][0]["spearman"].get<double>(), kPublished.at(static_cast<std::size_t>(GetParam()) - 1),
              2e-4);
}

INSTANTIATE_TEST_SUITE_P(Models, Esm1vScores, ::testing::Range(1, 6));

}  // namespace
}  // namespace groel::weights
