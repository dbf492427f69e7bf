// Real checkpoints in the folder $GROEL_WEIGHTS, by their published names.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoints/load.h"
#include "support/golden.h"

namespace groel::weights {

/// A Hugging Face folder or a fair-esm .pt of that name; none when $GROEL_WEIGHTS is unset or lacks it.
inline std::optional<std::filesystem::path> find(const std::string& name) {
  const char* folder = std::getenv("GROEL_WEIGHTS");
  if (folder == nullptr) return std::nullopt;
  for (const std::string& form : {name, name + ".pt"}) {
    const auto path = std::filesystem::path(folder) / form;
    if (std::filesystem::exists(path)) return path;
  }
  return std::nullopt;
}

inline std::string why_absent(const std::string& name) {
  return std::getenv("GROEL_WEIGHTS") == nullptr ? "GROEL_WEIGHTS is not set"
                                                 : "GROEL_WEIGHTS holds neither " + name + "/ nor " + name + ".pt";
}

/// Leaves the test, saying so, when that checkpoint is not there.
#define GROEL_NEED_CHECKPOINT(variable, name)                                \
  const auto variable##_found = ::groel::weights::find(name);                \
  if (!variable##_found) GTEST_SKIP() << ::groel::weights::why_absent(name); \
  const std::filesystem::path variable = *variable##_found

/// The construct of fair-esm's variant-prediction example, whose first residue has the number 24.
inline constexpr std::string_view kBetaLactamase =
    "HPETLVKVKDAEDQLGARVGYIELDLNSGKILESFRPEERFPMMSTFKVLLCGAVLSRVDAGQEQLGRRIHYSQNDLVEYSPVTEKHLTDGMTVRELCSAAITMSD"
    "NTAANLLLTTIGGPKELTAFLHNMGDHVTRLDRWEPELNEAIPNDERDTTMPAAMATTLRKLLTGELLTLASRQQLIDWMEADKVAGPLLRSALPAGWFIADKSGA"
    "GERGSRGIIAALGPDGKPSRIVVIYTTGSQATMDERNRQIAEIGASLIKHW";

/// Outputs of one forward pass, without the packing, pooling and checks of the layers above.
struct Forward {
  Tensor hidden;  ///< [T, D], after the final norm
  Tensor logits;  ///< [T, V]
};

inline Forward forward(const models::Model& model, const std::vector<std::vector<std::int32_t>>& ids) {
  const Tensor hidden = models::require<models::Encoder>(model).encode(models::Batch::pack(ids, model.tokenizer()), {});
  return {hidden, models::require<models::MaskedLm>(model).logits(hidden)};
}

using Corner = std::array<std::array<float, 3>, 3>;

/// The first three values of the first three rows.
inline void expect_corner(const Tensor& tensor, const Corner& expected, double tolerance) {
  const auto values = tensor.values<float>();
  const auto width = static_cast<std::size_t>(tensor.size(1));
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      EXPECT_NEAR(values[i * width + j], expected[i][j], tolerance) << "row " << i << ", column " << j;
}

}  // namespace groel::weights
