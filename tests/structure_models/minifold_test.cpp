// MiniFold: what would go wrong unseen, each of which has to miss the golden values; and results that depend on nothing
// but the sequence.
#include "structure_models/minifold/minifold.h"

#include <gtest/gtest.h>

#include "base/threads.h"
#include "checkpoints/checkpoint.h"
#include "support/minifold_tiny.h"
#include "tensor/storage.h"

namespace groel::structure_models {
namespace {

using testing::Golden;
using testing::minifold_arrays;
using testing::minifold_tiny;
using testing::relative_l2;
using testing::with_columns_from;
using testing::with_rows_from;

const Golden& minifold_values() {
  static const Golden one("minifold-tiny");
  return one;
}

std::vector<std::int32_t> whole_types() { return minifold_values().inputs["runs"][0]["aatype"]; }

// How far pairs, positions (Å) and pLDDT (0..1) are from those of the run `whole`.
struct Miss {
  double pairs, atoms, plddt;
};
Miss miss_of(const MinifoldOutput& out) {
  std::vector<float> sure = minifold_values().values("whole.plddt");
  for (float& x : sure) x /= 100;
  return {relative_l2(out.z.values<float>(), minifold_values().values("whole.pair")),
          testing::max_difference(out.structure.atoms.values<float>(), minifold_values().values("whole.positions")),
          testing::max_difference(out.plddt.values<float>(), sure)};
}

Miss miss_of_changed(const std::function<void(io::ArrayMap&)>& change) {
  models::RawCheckpoint raw = minifold_arrays();
  change(raw.arrays);
  return miss_of(assemble_minifold(std::move(raw), testing::minifold_folder()).model->fold(whole_types()));
}

// For each block of the trunk.
void change_triangles(io::ArrayMap& arrays, const char* name,
                      const std::function<io::Array(const io::Array&)>& change) {
  for (const char* block : {"0", "1"}) {
    io::Array& array = arrays.at(fmt::format("fold.miniformer.blocks.{}.triangular.{}", block, name));
    array = change(array);
  }
}

TEST(MinifoldTraps, AsItIsItGivesTheGoldenValues) {
  const Miss own = miss_of(minifold_tiny().fold(whole_types()));
  EXPECT_LT(own.pairs, 1e-5);
  EXPECT_LT(own.atoms, 1e-3);
  EXPECT_LT(own.plddt, 1e-5);
}

TEST(MinifoldTraps, TheLanguageModelSeesNoTokensAtTheEnds) {
  const models::Model& model = minifold_tiny().language_model();
  std::vector<std::int32_t> ids;
  for (const char letter : minifold_values().inputs["runs"][0]["sequence"].get<std::string>())
    ids.push_back(model.tokenizer().id(std::string(1, letter)));
  const auto states = [&](const std::vector<std::int32_t>& tokens) {
    const std::vector<std::vector<std::int32_t>> one{tokens};
    const models::Batch batch = models::Batch::pack(one, model.tokenizer());
    const Tensor hidden = models::require<models::Encoder>(model).encode(batch, {});
    const auto first = batch.residues.begin.values<std::int32_t>()[0],
               last = batch.residues.end.values<std::int32_t>()[0];
    return relative_l2(hidden.rows(first, last).clone().values<float>(), minifold_values().values("whole.lm_states"));
  };
  EXPECT_LT(states(ids), 1e-5);
  EXPECT_GT(states(model.tokenizer().with_ends(ids)), 1e-2);
}

TEST(MinifoldTraps, WhatWasTrainedOfTheLanguageModelTakesThePlaceOfThePublished) {
  const checkpoints::Checkpoint published =
      checkpoints::read_checkpoint(testing::minifold_folder() / "esm2_t2_tiny.pt");
  const Miss untrained = miss_of_changed([&](io::ArrayMap& arrays) {
    for (const auto& [name, array] : published.arrays)
      if (name.starts_with("esm.encoder.layer.1.")) arrays.at(name) = array;
  });
  EXPECT_GT(untrained.pairs, 1e-2);
}

TEST(MinifoldTraps, MapsAreLayerByLayerWithTheirHeads) {
  const Miss turned = miss_of_changed([](io::ArrayMap& arrays) {
    io::Array& weight = arrays.at("fc_z.0.weight");
    weight = with_columns_from(weight, [](std::int64_t c) { return c % 2 * 2 + c / 2; });  // 2 layers, 2 heads
  });
  EXPECT_GT(turned.pairs, 1e-2);
}

TEST(MinifoldTraps, MapsAreOfTheQueryThenTheKey) {
  // The golden values tell the two apart.
  const std::vector<float> z = minifold_values().values("whole.fc_z");
  const auto shape = minifold_values().shape("whole.fc_z");
  std::vector<float> turned(z.size());
  for (std::int64_t i = 0; i < shape[0]; ++i)
    for (std::int64_t j = 0; j < shape[0]; ++j)
      for (std::int64_t c = 0; c < shape[2]; ++c)
        turned[static_cast<std::size_t>((i * shape[0] + j) * shape[2] + c)] =
            z[static_cast<std::size_t>((j * shape[0] + i) * shape[2] + c)];
  const std::vector<std::int32_t> types = whole_types();
  const std::vector<const std::vector<std::int32_t>*> one{&types};
  const MinifoldDescription described = minifold_tiny().describe(one).front();
  EXPECT_LT(relative_l2(described.z.values<float>(), z), 1e-5);
  EXPECT_GT(relative_l2(described.z.values<float>(), turned), 1e-2);
}

TEST(MinifoldTraps, PairsAreOfAttentionThenResiduesThenPositions) {
  const Miss turned = miss_of_changed([](io::ArrayMap& arrays) {
    io::Array& weight = arrays.at("fold.projection.weight");
    weight = with_columns_from(weight, [](std::int64_t c) { return (c + 16) % 48; });
  });
  EXPECT_GT(turned.pairs, 1e-2);
}

TEST(MinifoldTraps, QueriesOfPairsAreOfTheSecondResidue) {
  const Miss turned = miss_of_changed([](io::ArrayMap& arrays) {
    for (const char* end : {"weight", "bias"}) {
      io::Array& array = arrays.at(fmt::format("fold.seq_to_pair.proj.{}", end));
      const std::int64_t half = array.shape[0] / 2;
      array = with_rows_from(array, [&](std::int64_t r) { return (r + half) % (2 * half); });
    }
  });
  EXPECT_GT(turned.pairs, 1e-2);
}

TEST(MinifoldTraps, PositionsAreOfTheSecondLessTheFirstAfterARowForMaskedPairs) {
  const auto with = [](const std::function<std::int64_t(std::int64_t)>& from) {
    return miss_of_changed([&](io::ArrayMap& arrays) {
      io::Array& table = arrays.at("fold.positional_embedding.embedding.weight");
      table = with_rows_from(table, from);
    });
  };
  EXPECT_GT(with([](std::int64_t r) { return r == 0 ? 0 : 10 - r; }).pairs, 1e-2);  // 9 rows and one
  EXPECT_GT(with([](std::int64_t r) { return (r + 1) % 10; }).pairs, 1e-2);
}

TEST(MinifoldTraps, QuartersAreBothFactorsOfOneDirectionThenOfTheOther) {
  const Miss mixed = miss_of_changed([](io::ArrayMap& arrays) {
    for (const char* name : {"pi_w", "pi_b", "gi_w", "gi_b"})
      change_triangles(arrays, name, [](const io::Array& array) {  // a, a', b, b'
        return with_rows_from(array, [](std::int64_t r) { return r / 4 % 2 * 8 + r / 8 * 4 + r % 4; });
      });
  });
  EXPECT_GT(mixed.pairs, 1e-2);
  const Miss turned = miss_of_changed([](io::ArrayMap& arrays) {
    for (const char* name : {"pi_w", "pi_b", "gi_w", "gi_b"})
      change_triangles(arrays, name, [](const io::Array& array) {  // incoming first
        return with_rows_from(array, [](std::int64_t r) { return (r + 8) % 16; });
      });
  });
  EXPECT_GT(turned.pairs, 1e-2);
}

TEST(MinifoldTraps, GatesAreGatesAndValuesAreNot) {
  for (const auto& [value, gate] : {std::pair("pi", "gi"), std::pair("po", "go")}) {
    const Miss exchanged = miss_of_changed([value = value, gate = gate](io::ArrayMap& arrays) {
      for (const char* block : {"0", "1"})
        for (const char* end : {"w", "b"}) {
          const std::string place = fmt::format("fold.miniformer.blocks.{}.triangular.", block);
          std::swap(arrays.at(fmt::format("{}{}_{}", place, value, end)),
                    arrays.at(fmt::format("{}{}_{}", place, gate, end)));
        }
    });
    EXPECT_GT(exchanged.pairs, 1e-2) << value;
  }
}

TEST(MinifoldTraps, OutgoingProductsComeFirst) {
  const Miss turned = miss_of_changed([](io::ArrayMap& arrays) {
    for (const char* name : {"no_w", "no_b"})
      change_triangles(arrays, name, [](const io::Array& array) {
        return with_rows_from(array, [](std::int64_t r) { return (r + 4) % 8; });
      });
  });
  EXPECT_GT(turned.pairs, 1e-3);
}

TEST(MinifoldTraps, TheFirstPassHasTheBiasOfRecycledDistances) {
  const std::function<void(io::ArrayMap&)> without = [](io::ArrayMap& arrays) {
    arrays.at("fold.recycle.bias") = testing::zeros_like(arrays.at("fold.recycle.bias"));
  };
  models::RawCheckpoint raw = minifold_arrays();
  without(raw.arrays);
  const LoadedMinifold changed = assemble_minifold(std::move(raw), testing::minifold_folder());
  const auto apart = [](const Minifold& model) {
    return relative_l2(model.fold(whole_types(), {.recycles = 0}).z.values<float>(),
                       minifold_values().values("once.pair"));
  };
  EXPECT_LT(apart(minifold_tiny()), 1e-5);
  EXPECT_GT(apart(*changed.model), 1e-2);
}

TEST(MinifoldTraps, BinsOfDistancesAreTheLikeliestOnesOwn) {
  const Miss shifted = miss_of_changed([](io::ArrayMap& arrays) {
    io::Array& weight = arrays.at("fold.recycle.weight");
    weight = with_columns_from(weight, [](std::int64_t c) { return (c + 1) % 7; });
  });
  EXPECT_GT(shifted.pairs, 1e-2);
}

TEST(MinifoldTraps, RecyclesAreOnePassMore) {
  const auto with = [](std::int64_t recycles) {
    return miss_of(minifold_tiny().fold(whole_types(), {.recycles = recycles})).pairs;
  };
  EXPECT_LT(with(3), 1e-5);
  EXPECT_LT(with(-1), 1e-5);
  EXPECT_GT(with(2), 1e-2);
  EXPECT_GT(with(4), 1e-2);
}

TEST(MinifoldTraps, RowsOfPairsComeBeforeColumnsAndResidues) {
  const auto with = [](const std::function<std::int64_t(std::int64_t)>& from) {
    return miss_of_changed([&](io::ArrayMap& arrays) {
      io::Array& weight = arrays.at("sz_project.combiner.0.weight");
      weight = with_columns_from(weight, from);
    });
  };
  EXPECT_GT(with([](std::int64_t c) { return c < 32 ? (c + 16) % 32 : c; }).atoms, 1e-2);
  EXPECT_GT(with([](std::int64_t c) { return (c + 32) % 50; }).atoms, 1e-2);
}

TEST(MinifoldTraps, QueriesKeysAndValuesComeInTurnsForEachHead) {
  const Miss joint = miss_of_changed([](io::ArrayMap& arrays) {
    constexpr std::int64_t kHeads = 3, kEach = 6;
    for (const char* block : {"0", "1"}) {
      io::Array& weight = arrays.at(fmt::format("structure_module.attn.{}.proj.weight", block));
      weight = with_rows_from(weight, [](std::int64_t r) {
        const std::int64_t head = r / (3 * kEach), which = r / kEach % 3;
        return (which * kHeads + head) * kEach + r % kEach;
      });
    }
  });
  EXPECT_GT(joint.atoms, 1e-2);
}

TEST(MinifoldTraps, BiasesOfPairsAreBlockByBlockWithTheirHeads) {
  const Miss turned = miss_of_changed([](io::ArrayMap& arrays) {
    io::Array& weight = arrays.at("structure_module.linear_b.weight");
    weight = with_rows_from(weight, [](std::int64_t r) { return r % 2 * 3 + r / 2; });  // 2 blocks, 3 heads
  });
  EXPECT_GT(turned.atoms, 1e-3);
}

TEST(MinifoldTraps, FramesAreOfNThenCaThenC) {
  for (const std::int64_t first : {3, 6}) {
    const Miss turned = miss_of_changed([&](io::ArrayMap& arrays) {
      for (const char* end : {"weight", "bias"}) {
        io::Array& array = arrays.at(fmt::format("structure_module.bb_update.{}", end));
        array = with_rows_from(array, [&](std::int64_t r) { return (r + first) % 9; });
      }
    });
    EXPECT_GT(turned.atoms, 1) << first;
    EXPECT_LT(turned.plddt, 1e-5);
  }
}

TEST(MinifoldTraps, CoordinatesAreTenTimesWhatComesOfTheNetwork) {
  MinifoldShape shape = minifold_tiny().shape();
  EXPECT_EQ(shape.translation_scale, 10);
  EXPECT_EQ(shape.least_angle_norm, 1e-5F);
  EXPECT_EQ(shape.passes, 4);
}

TEST(MinifoldTraps, LettersThatAreNoResidueAreX) {
  const std::vector<std::int32_t> types = minifold_values().inputs["runs"][2]["aatype"];
  const auto apart = [](const std::vector<std::int32_t>& what) {
    return testing::max_difference(minifold_tiny().fold(what).structure.atoms.values<float>(),
                                   minifold_values().values("unknown.positions"));
  };
  EXPECT_LT(apart(types), 1e-3);
  std::vector<std::int32_t> other = types;
  std::ranges::replace(other, 20, 3);  // B as D
  EXPECT_GT(apart(other), 1e-2);
}

void expect_same_fold(const MinifoldOutput& a, const MinifoldOutput& b) {
  const auto same = [](const Tensor& x, const Tensor& y) {
    return std::ranges::equal(x.values<float>(), y.values<float>());
  };
  EXPECT_TRUE(same(a.z, b.z));
  EXPECT_TRUE(same(a.structure.atoms, b.structure.atoms));
  EXPECT_TRUE(same(a.plddt, b.plddt));
}

std::vector<std::int32_t> many_types(std::size_t count) {
  std::vector<std::int32_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::int32_t>(i * i % 20));
  return out;
}

TEST(Minifold, ResultsDependOnNeitherThreadsNorChunksNorBatches) {
  const std::vector<std::int32_t> types = many_types(41);
  const MinifoldOutput usual = minifold_tiny().fold(types);
  {
    const nn::folding::ChunkLimit one_row(1);
    expect_same_fold(minifold_tiny().fold(types), usual);
  }
  const int before = num_threads();
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    expect_same_fold(minifold_tiny().fold(types), usual);
  }
  set_num_threads(before);
  const std::vector<std::int32_t> other = whole_types();
  const std::vector<const std::vector<std::int32_t>*> both{&other, &types};
  expect_same_fold(minifold_tiny().fold(types, minifold_tiny().describe(both)[1]), usual);
}

TEST(Minifold, MemoryIsToldBefore) {
  const std::vector<std::int32_t> types = many_types(150);
  release_cached_memory();
  const std::size_t before = memory_statistics().live;
  reset_peak_memory();
  minifold_tiny().fold(types, {.recycles = 1});
  const auto taken = static_cast<double>(memory_statistics().peak - before);
  const auto told = static_cast<double>(minifold_tiny().fold_bytes(static_cast<std::int64_t>(types.size())));
  EXPECT_GT(told, taken);
  EXPECT_LT(told, 1.6 * taken + (16 << 20));
}

TEST(Minifold, Bf16IsNear) {
  const LoadedMinifold rounded = load_minifold(testing::minifold_folder(), ops::Precision::bf16);
  const std::vector<std::int32_t> types = whole_types();
  // In one pass: in several, another bin may be the likeliest.
  const MinifoldOutput near = rounded.model->fold(types, {.recycles = 0}),
                       exact = minifold_tiny().fold(types, {.recycles = 0});
  EXPECT_LT(relative_l2(near.z.values<float>(), exact.z.values<float>()), 0.05);
  EXPECT_GT(relative_l2(near.z.values<float>(), exact.z.values<float>()), 1e-5);
  EXPECT_LT(testing::max_difference(near.plddt.values<float>(), exact.plddt.values<float>()), 0.03);
  EXPECT_LT(rounded.model->weight_bytes(), minifold_tiny().weight_bytes());
}

}  // namespace
}  // namespace groel::structure_models
