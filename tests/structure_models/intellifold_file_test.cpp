// Files in AlphaFold 3's form: whose they are, how that is told, and what is said of IntelliFold-2's noise frequencies.
#include <gtest/gtest.h>

#include "io/npz.h"
#include "structure_models/alphafold3/alphafold3.h"
#include "structure_models/alphafold3/rules.h"
#include "structure_models/structure_network.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/golden.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

class IntellifoldFiles : public ::testing::Test {
 protected:
  static fs::path golden() { return testing::data("intellifold-tiny"); }
  ParameterFiles files(const std::string& model = "m") const { return {model, {folder_ / (model + ".bin.zst")}}; }
  void put(const std::string& name) const { testing::write_file(folder_ / name, "?"); }
  // The golden weights, with what lies beside them.
  void copy(const std::string& name) const { fs::copy_file(golden() / name, folder_ / name); }
  static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  testing::TemporaryFolder folder_;
};

// As many as its own modules have with its converter: of 404 records, the last block's update of the alignment zeros.
TEST_F(IntellifoldFiles, RulesMakeThePublishedNumber) {
  EXPECT_EQ(alphafold3_rules(intellifold2_sizes()).size(), 404U);
  EXPECT_EQ(alphafold3_parameters(intellifold2_sizes()), 850'997'850);
}

TEST_F(IntellifoldFiles, SizesTellWhoseTheyAre) {
  const RecordOrigin own = record_origin({}, files());
  EXPECT_EQ(own.network, RecordNetwork::alphafold3);
  EXPECT_TRUE(says(own.told_by, "by its sizes: pairs of 128")) << own.told_by;
  const Error absent = testing::error_of([&] { record_origin(intellifold2_sizes(), files()); });
  EXPECT_EQ(absent.kind(), ErrorKind::bad_model);
  EXPECT_TRUE(says(absent.what(), "m_fourier.npz")) << absent.what();
  put("m_fourier.npz");
  const RecordOrigin found = record_origin(intellifold2_sizes(), files());
  EXPECT_EQ(found.network, RecordNetwork::intellifold2);
  EXPECT_EQ(found.noise, folder_ / "m_fourier.npz");
  EXPECT_TRUE(says(found.told_by, "by its sizes: pairs of 512")) << found.told_by;
  const RecordOrigin beside = record_origin({}, files());
  EXPECT_EQ(beside.network, RecordNetwork::alphafold3);
  EXPECT_TRUE(says(beside.told_by, "not read: m_fourier.npz")) << beside.told_by;
}

TEST_F(IntellifoldFiles, OtherSizesAreToldByWhatLiesBesideThem) {
  Alphafold3Shape other;
  other.pair = 96;
  const RecordOrigin alone = record_origin(other, files());
  EXPECT_EQ(alone.network, RecordNetwork::alphafold3);
  EXPECT_TRUE(says(alone.told_by, "no published network has its sizes")) << alone.told_by;
  put("intfold_fourier.npz");  // as its converter calls it
  const RecordOrigin found = record_origin(other, files());
  EXPECT_EQ(found.network, RecordNetwork::intellifold2);
  EXPECT_TRUE(says(found.told_by, "by intfold_fourier.npz beside it")) << found.told_by;
  put("b_fourier.npz");
  const Error several = testing::error_of([&] { record_origin(other, files()); });
  EXPECT_TRUE(says(several.what(), "b_fourier.npz, intfold_fourier.npz")) << several.what();
  put("m_fourier.npz");
  EXPECT_EQ(record_origin(other, files()).noise, folder_ / "m_fourier.npz");
}

TEST_F(IntellifoldFiles, WithoutTheFileItIsTakenForAlphaFold3) {
  copy("intellifold_v2.bin.zst");
  const NetworkFacts alone = structure_network_facts(folder_.path());
  EXPECT_EQ(alone.family, "alphafold3");
  EXPECT_TRUE(says(alone.told_by, "by the form of its file")) << alone.told_by;
  copy("intellifold_v2_fourier.npz");
  const NetworkFacts both = structure_network_facts(folder_.path());
  EXPECT_EQ(both.family, "intellifold2");
  EXPECT_EQ(both.title, "IntelliFold-2");
  EXPECT_EQ(both.parameters, alone.parameters);
  EXPECT_EQ(alone.identifier.size(), 64U);  // that of AlphaFold 3's weights, which its converter copies
  EXPECT_NE(both.identifier, alone.identifier);
}

TEST_F(IntellifoldFiles, NoiseFrequenciesHaveTheirForm) {
  const io::ArrayMap read = read_noise_frequencies(golden() / "intellifold_v2_fourier.npz");
  EXPECT_EQ(read.at("diffusion.noise_frequencies").shape, (std::vector<std::int64_t>{256}));
  EXPECT_EQ(read.size(), 2U);
  const auto complaint = [&](const std::string& name, std::int64_t count) {
    const std::vector<float> values(static_cast<std::size_t>(count));
    const fs::path path = folder_ / "own.npz";
    io::NpzWriter file(path);
    file.add(name, DType::f32, {count}, std::as_bytes(std::span(values)));
    file.finish();
    const Error error = testing::error_of([&] { read_noise_frequencies(path); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_model);
    return std::string(error.what());
  };
  EXPECT_TRUE(says(complaint("w", 256), "an array 'weight' of 256 numbers in f32, and this file has none"));
  EXPECT_TRUE(says(complaint("weight", 128), "this file has another"));
  EXPECT_TRUE(says(complaint("weight", 256), "an array 'bias'"));
}

}  // namespace
}  // namespace groel::structure_models
