// ESMFold: what would go wrong unseen, each of which has to miss the golden values; and results that depend on nothing
// but the sequence.
#include <gtest/gtest.h>

#include <cmath>

#include "base/threads.h"
#include "structure_models/ideal_residues.h"
#include "support/errors.h"
#include "support/esmfold_tiny.h"
#include "tensor/storage.h"

namespace groel::structure_models {
namespace {

using testing::esmfold_tiny;
using testing::Golden;
using testing::relative_l2;

const Golden& golden() {
  static const Golden one("esmfold-tiny");
  return one;
}

EsmfoldInput input_of(const std::string& letters) { return esmfold_sequence(letters).input; }

const std::string kSequence = "VVGELGSGIINLRYAER";  // golden runs seq0, recycles_3

// How far pairs, and positions, are from those of a run.
struct Apart {
  double pairs, atoms;
};
Apart apart(const EsmfoldOutput& out, const std::string& run) {
  return {relative_l2(out.z.values<float>(), golden().values(run + ".s_z")),
          testing::max_difference(out.rounds.back().atoms.values<float>(), golden().values(run + ".positions"))};
}

Apart of_changed(const std::function<void(io::ArrayMap&)>& change, const std::string& sequence = kSequence,
                 const std::string& run = "seq0") {
  const testing::TemporaryFolder folder;
  testing::write_changed_esmfold(folder.path(), change);
  const LoadedEsmfold changed = load_esmfold(folder.path());
  return apart(changed.model->fold(input_of(sequence)), run);
}

TEST(EsmfoldTraps, AsItIsItGivesTheGoldenValues) {
  const Apart own = apart(esmfold_tiny().fold(input_of(kSequence)), "seq0");
  EXPECT_LT(own.pairs, 1e-5);
  EXPECT_LT(own.atoms, 1e-3);
}

TEST(EsmfoldTraps, RowsOfTheResidueTableAreThoseOfTypesUnshifted) {
  const Apart shifted = of_changed([](io::ArrayMap& arrays) {
    io::Array& table = arrays.at("embedding.weight");
    table = testing::with_rows(table, [&](std::int64_t i) { return (i + 1) % table.shape[0]; });
  });
  EXPECT_GT(shifted.pairs, 1e-2);
}

TEST(EsmfoldTraps, QueriesKeysAndValuesComeInTurnsForEachHead) {
  // As they would be read, were all queries first.
  const Apart joint = of_changed([](io::ArrayMap& arrays) {
    const std::int64_t heads = 4;
    for (const char* block : {"0", "1"}) {
      io::Array& weight = arrays.at(std::string("trunk.blocks.") + block + ".seq_attention.proj.weight");
      const std::int64_t each = weight.shape[0] / (3 * heads);
      weight = testing::with_rows(weight, [&](std::int64_t i) {
        const std::int64_t head = i / (3 * each), which = i / each % 3;
        return (which * heads + head) * each + i % each;
      });
    }
  });
  EXPECT_GT(joint.pairs, 1e-2);
}

TEST(EsmfoldTraps, QueriesOfPairsAreOfTheSecondResidue) {
  const Apart turned = of_changed([](io::ArrayMap& arrays) {
    for (const char* block : {"0", "1"})
      for (const char* end : {"weight", "bias"}) {
        io::Array& array = arrays.at(fmt::format("trunk.blocks.{}.sequence_to_pair.proj.{}", block, end));
        const std::int64_t half = array.shape[0] / 2;
        array = testing::with_rows(array, [&](std::int64_t i) { return (i + half) % (2 * half); });
      }
  });
  EXPECT_GT(turned.pairs, 1e-2);
}

TEST(EsmfoldTraps, TheEndingNodesBiasIsTransposed) {
  const io::ArrayFile file = io::read_safetensors(testing::esmfold_folder() / "model.safetensors");
  const auto run = [&](nn::folding::EndingBias bias) {
    models::RawCheckpoint raw{read_json(testing::esmfold_folder() / "config.json"), file.arrays};
    EsmfoldShape shape = read_esmfold_shape(raw.config);
    shape.trunk.ending_bias = bias;
    LoadedEsmfold loaded = assemble_esmfold(std::move(raw), shape, testing::esmfold_folder());
    return apart(loaded.model->fold(input_of(kSequence)), "seq0").pairs;
  };
  EXPECT_LT(run(nn::folding::EndingBias::transposed), 1e-5);
  EXPECT_GT(run(nn::folding::EndingBias::as_is), 1e-3);
}

TEST(EsmfoldTraps, RecyclesAreOnePassMore) {
  const auto with = [&](std::int64_t recycles) {
    return esmfold_tiny().fold(input_of(kSequence), {.recycles = recycles});
  };
  EXPECT_LT(apart(with(3), "recycles_3").pairs, 1e-5);
  EXPECT_GT(apart(with(2), "recycles_3").pairs, 1e-4);
  EXPECT_LT(apart(with(2), "seq0").pairs, 1e-5);  // what the model says by itself: three passes
}

TEST(EsmfoldTraps, AnUnknownResidueHasNoAtomsAndIsAtTheOrigin) {
  EXPECT_LT(apart(esmfold_tiny().fold(input_of("MKXAG")), "seq1").atoms, 1e-3);
  EXPECT_GT(apart(esmfold_tiny().fold(input_of("MKGAG")), "seq1").atoms, 1e-2);
}

TEST(EsmfoldTraps, NumbersOfResiduesTellGaps) {
  EsmfoldInput input = input_of(kSequence);
  input.residue_index = golden().inputs["runs"][5]["position_ids"][0].get<std::vector<std::int32_t>>();
  EXPECT_LT(apart(esmfold_tiny().fold(input, {.recycles = 1}), "residue_gap").pairs, 1e-5);
  EXPECT_GT(apart(esmfold_tiny().fold(input_of(kSequence), {.recycles = 1}), "residue_gap").pairs, 1e-3);
}

void expect_same(const EsmfoldOutput& a, const EsmfoldOutput& b) {
  const auto same = [](const Tensor& x, const Tensor& y) {
    return std::ranges::equal(x.values<float>(), y.values<float>());
  };
  EXPECT_TRUE(same(a.z, b.z));
  EXPECT_TRUE(same(a.rounds.back().atoms, b.rounds.back().atoms));
  EXPECT_TRUE(same(a.plddt, b.plddt));
  EXPECT_TRUE(same(a.pae, b.pae));
  EXPECT_EQ(a.ptm, b.ptm);
}

TEST(Esmfold, ResultsDependOnNeitherThreadsNorChunksNorBatches) {
  const EsmfoldInput input = input_of("AWLPHSIGCDPANGIQELYKSEFAE");
  const EsmfoldOutput usual = esmfold_tiny().fold(input);
  {
    const nn::folding::ChunkLimit one_row(1);
    expect_same(esmfold_tiny().fold(input), usual);
  }
  const int before = num_threads();
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    expect_same(esmfold_tiny().fold(input), usual);
  }
  set_num_threads(before);
  const EsmfoldInput other = input_of(kSequence);
  const std::vector<const std::vector<std::int32_t>*> both{&other.types, &input.types};
  expect_same(esmfold_tiny().fold(input, esmfold_tiny().describe(both)[1]), usual);
}

TEST(Esmfold, MemoryIsToldBefore) {
  const std::string letters(150, 'L');
  const EsmfoldInput input = input_of(letters);
  release_cached_memory();
  const std::size_t before = memory_statistics().live;
  reset_peak_memory();
  esmfold_tiny().fold(input, {.recycles = 0});
  const auto taken = static_cast<double>(memory_statistics().peak - before);
  const auto told = static_cast<double>(esmfold_tiny().fold_bytes(static_cast<std::int64_t>(letters.size())));
  EXPECT_GT(told, taken);
  EXPECT_LT(told, 1.6 * taken + (16 << 20));
}

TEST(Esmfold, Bf16IsNear) {
  const LoadedEsmfold rounded = load_esmfold(testing::esmfold_folder(), ops::Precision::bf16);
  const EsmfoldInput input = input_of(kSequence);
  EXPECT_LT(testing::max_difference(rounded.model->fold(input).plddt.values<float>(),
                                    esmfold_tiny().fold(input).plddt.values<float>()),
            0.03);
  EXPECT_LT(rounded.model->weight_bytes(), esmfold_tiny().weight_bytes());
}

TEST(IdealResidues, BondsHaveTheirLengths) {
  // Of every residue in its own frame, all torsions at 0: atoms of neighbouring groups are bonded.
  const std::vector<float> angles = [] {
    std::vector<float> out;
    for (int i = 0; i < kTorsions; ++i) out.insert(out.end(), {0.0F, 1.0F});
    return out;
  }();
  for (std::int32_t type = 0; type < kUnknownResidue; ++type) {
    std::array<float, kMostAtoms * 3> atoms{};
    place_atoms(type, kIdentity, angles.data(), atoms.data());
    const auto distance = [&](std::size_t a, std::size_t b) {
      return std::sqrt(std::pow(atoms[3 * a] - atoms[3 * b], 2) + std::pow(atoms[3 * a + 1] - atoms[3 * b + 1], 2) +
                       std::pow(atoms[3 * a + 2] - atoms[3 * b + 2], 2));
    };
    EXPECT_NEAR(distance(0, 1), 1.46, 0.02) << type;   // N, CA
    EXPECT_NEAR(distance(1, 2), 1.525, 0.02) << type;  // CA, C
    EXPECT_NEAR(distance(2, 3), 1.23, 0.02) << type;   // C, O
    for (std::int64_t chi = 0; chi < ideal_residue(type).chi_angles; ++chi)
      EXPECT_NEAR(distance(4 + static_cast<std::size_t>(chi), chi == 0 ? 1 : 3 + static_cast<std::size_t>(chi)), 1.53,
                  0.32)
          << type << " chi " << chi;
  }
}

}  // namespace
}  // namespace groel::structure_models
