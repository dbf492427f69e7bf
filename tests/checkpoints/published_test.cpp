// The manifest of published models: what it says of them, and by which names they are found.
#include "models/published.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "checkpoints/load.h"
#include "models/family.h"

namespace groel::checkpoints {
namespace {

using nlohmann::json;

// The numbers of the models as published (ESM-2's, and ESM-1b's, which has positions and a norm of the embeddings).
TEST(Published, ParametersAreThoseOfTheModels) {
  const std::map<std::string, std::int64_t> expected{{"esm2_t6_8M_UR50D", 7512474},
                                                     {"esm2_t12_35M_UR50D", 33501394},
                                                     {"esm2_t30_150M_UR50D", 148140154},
                                                     {"esm2_t33_650M_UR50D", 651043254},
                                                     {"esm2_t36_3B_UR50D", 2839005634},
                                                     {"esm2_t48_15B_UR50D", 15129100194},
                                                     {"esm1b_t33_650M_UR50S", 652359094},
                                                     {"ESMC-300M", 332997184},
                                                     {"ESMC-600M", 575036992},
                                                     {"ESMC-6B", 6352005184}};
  for (const auto& [name, parameters] : expected) {
    const models::PublishedModel* model = models::find_published(name);
    ASSERT_NE(model, nullptr) << name;
    EXPECT_EQ(model->parameters(), parameters) << name;
  }
}

TEST(Published, AreFoundByIdAliasAndAddress) {
  for (const char* name : {"facebook/esm2_t33_650M_UR50D", "esm2_t33_650M_UR50D", "ESM2_T33_650M_UR50D", "esm2-650m",
                           "esm2_650M", "https://huggingface.co/facebook/esm2_t33_650M_UR50D",
                           "hf.co/facebook/esm2_t33_650M_UR50D/tree/main", "esm2_t33_650M_UR50D.pt"}) {
    const models::PublishedModel* found = models::find_published(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->id, "facebook/esm2_t33_650M_UR50D") << name;
  }
  EXPECT_EQ(models::find_published("esm1v_t33_650M_UR90S")->id, "facebook/esm1v_t33_650M_UR90S_1");
  EXPECT_EQ(models::find_published("esm1v_t33_650M_UR90S_4")->id, "facebook/esm1v_t33_650M_UR90S_4");
  for (const char* name :
       {"EvolutionaryScale/esmc-300m-2024-12", "esmc-300M", "esmc_300m_2024_12_v0.pth", "biohub/ESMC-300M-hf"})
    EXPECT_EQ(models::find_published(name)->id, "biohub/ESMC-300M") << name;
  for (const char* name : {"esm2", "facebook/esm2", "someone/esm2_t6_8M_UR50D", "proteins.fasta", ""})
    EXPECT_EQ(models::find_published(name), nullptr) << name;
}

TEST(Published, ShortNamesAreOneAndTheSameEverywhere) {
  const std::vector<std::string> expected{"esm2-8m",   "esm2-35m", "esm2-150m", "esm2-650m", "esm2-3b",
                                          "esm2-15b",  "esm1b",    "esm1v-1",   "esm1v-2",   "esm1v-3",
                                          "esm1v-4",   "esm1v-5",  "esm-msa1b", "esm-msa1",  "esmc-300m",
                                          "esmc-600m", "esmc-6b",  "esm3-open", "protgpt2"};
  std::vector<std::string> found;
  for (const models::PublishedModel& model : models::published_models()) {
    found.push_back(model.nickname());
    EXPECT_EQ(models::find_published(model.nickname()), &model);
  }
  EXPECT_EQ(found, expected);
}

TEST(Published, FilesOfThePublisherHaveHashesOfAKnownForm) {
  const auto check = [](const models::DirectFile& file) {
    EXPECT_TRUE(file.url.starts_with("https://")) << file.url;
    const std::string hash(file.hash);
    const auto digits = hash.substr(hash.find(':') + 1);
    if (hash.empty()) return;
    EXPECT_TRUE(hash.starts_with("sha256:") ? digits.size() == 64 : hash.starts_with("md5:") && digits.size() == 32);
    EXPECT_EQ(digits.find_first_not_of("0123456789abcdef"), std::string::npos) << hash;
  };
  for (const models::PublishedModel& model : models::published_models()) {
    for (const models::DirectFile& file : model.direct) check(file);
    if (model.family == "esm" || model.family == "msa")
      EXPECT_EQ(model.direct.front().name(), std::string(model.name()) + ".pt");
    else
      EXPECT_TRUE(model.direct.empty());
  }
  EXPECT_EQ(models::find_published("esm2-8m")->direct[1].url,
            "https://dl.fbaipublicfiles.com/fair-esm/regression/esm2_t6_8M_UR50D-contact-regression.pt");
  for (const models::Download& one : models::other_downloads()) {
    EXPECT_EQ(models::find_download(one.name), &one);
    for (const std::string_view alias : one.aliases) EXPECT_EQ(models::find_download(alias), &one) << alias;
    EXPECT_EQ(models::find_published(one.name), nullptr) << one.name;
    EXPECT_NE(one.id.empty(), one.files.empty()) << one.name;
    for (const models::DirectFile& file : one.files) check(file);
  }
}

// The name of a program alone is the network that it runs itself unless told otherwise.
TEST(Published, ProgramsNameTheirNetworks) {
  for (const auto& [program, network] :
       {std::pair("protenix", "protenix_base_default_v1.0.0"), std::pair("OpenFold3", "openfold3-p1"),
        std::pair("boltz-2", "boltz2"), std::pair("Boltz_2", "boltz2"), std::pair("minifold", "minifold-48L"),
        std::pair("IntelliFold", "intellifold-2"), std::pair("facebook/esmfold_v1", "esmfold")}) {
    const models::Download* const found = models::find_download(program);
    ASSERT_NE(found, nullptr) << program;
    EXPECT_EQ(found->name, network) << program;
  }
  EXPECT_EQ(models::find_download("boltz"), nullptr);
}

// As counted of the published file.
TEST(Published, Esm3HasItsParameters) { EXPECT_EQ(models::find_published("esm3-open")->parameters(), 1401735748); }

TEST(Published, CapabilitiesAreThoseOfLoadedModels) {
  for (const auto& [name, folder] : {std::pair("esm2-8m", "/esm2-tiny"), std::pair("esm1b", "/esm1b-tiny"),
                                     std::pair("esmc-300m", "/esmc-tiny"), std::pair("esm-msa1b", "/msa-tiny")})
    EXPECT_EQ(models::find_published(name)->capabilities(),
              load_model(std::string(GROEL_TEST_DATA) + folder).model->capabilities())
        << name;
}

TEST(Published, OtherFamiliesAreKnownByName) {
  const std::vector<std::pair<const char*, const char*>> expected{
      {"hugohrban/progen2-base", "ProGen"},        {"Rostlab/prot_t5_xl_uniref50", "ProtT5"},
      {"Rostlab/prot_bert", "ProtBert"},           {"Biohub/ESMFold2", "ESMFold2"},
      {"westlake-repl/SaProt_650M_AF2", "SaProt"}, {"ElnaggarLab/ankh-base", "Ankh"},
      {"esm_if1_gvp4_t16_142M_UR50", "ESM-IF1"},   {"esm1_t34_670M_UR50S", "ESM-1"}};
  for (const auto& [name, family] : expected) {
    ASSERT_TRUE(models::find_other_family(name)) << name;
    EXPECT_EQ(models::find_other_family(name)->name, family) << name;
  }
  for (const models::PublishedModel& model : models::published_models())
    EXPECT_FALSE(models::find_other_family(model.id)) << model.id;
}

}  // namespace
}  // namespace groel::checkpoints
