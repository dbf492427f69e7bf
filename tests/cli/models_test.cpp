// Models by name: what -m finds on a machine, what it says of those that are not there, and groel models.
#include <nlohmann/json.hpp>

#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kId = "facebook/esm2_t6_8M_UR50D";
const std::string kRevision = "c731040fcd8d73dceaa04b0a8e6329b345b0f5df";

// huggingface_hub's layout, with a small model's files in the place of the published ones.
class Names : public ::testing::Test {
 protected:
  void add_snapshot(const std::string& cache, const std::string& id, const std::string& revision,
                    const std::vector<std::string>& files) {
    std::string name = "models--" + id;
    name.replace(name.find('/'), 1, "--");
    const fs::path model = home_.path() / cache / name;
    fs::create_directories(model / "blobs");
    fs::create_directories(model / "snapshots" / revision);
    for (const std::string& file : files) {
      fs::copy_file(fs::path(kEsm2) / file, model / "blobs" / file, fs::copy_options::overwrite_existing);
      fs::create_symlink("../../blobs/" + file, model / "snapshots" / revision / file);
    }
  }
  void add_main(const std::string& cache, const std::string& revision) {
    const fs::path refs = home_.path() / cache / "models--facebook--esm2_t6_8M_UR50D" / "refs";
    fs::create_directories(refs);
    write_file(refs / "main", revision);
  }
  // `variables` beside those of a bare home.
  Outcome run(const std::vector<std::string>& arguments,
              std::vector<std::pair<std::string, std::string>> variables = {}) {
    for (const char* name :
         {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "TORCH_HOME", "HF_ENDPOINT"})
      variables.insert(variables.begin(), {name, ""});
    variables.insert(variables.begin(), {"HOME", home_.path().string()});
    return groel(arguments, {.folder = home_.path().string(), .input = ">a\nMKTAYIAKQR\n", .environment = variables});
  }
  static std::vector<std::string> embed(const std::string& model) { return {"embed", "-", "-f", "jsonl", "-m", model}; }

  TemporaryFolder home_;
  const std::vector<std::string> whole_{"config.json", "vocab.txt", "model.safetensors"};
};

TEST_F(Names, APublishedModelThatIsNotHereIsDescribedWithTheLineThatGetsIt) {
  for (const char* name : {"facebook/esm2_t33_650M_UR50D", "esm2_t33_650M_UR50D", "esm2-650M",
                           "https://huggingface.co/facebook/esm2_t33_650M_UR50D"}) {
    const Outcome outcome = run(embed(name));
    EXPECT_EQ(outcome.exit, 3) << outcome;
    for (const char* text :
         {"ESM-2", "651 million parameters", "2.4 GB", "MIT", "HF_ENDPOINT", "groel pull facebook/esm2_t33_650M_UR50D",
          "hf download facebook/esm2_t33_650M_UR50D", "git clone", "git-lfs"})
      EXPECT_TRUE(outcome.says(text)) << name << " lacks " << text << '\n' << outcome;
  }
  EXPECT_TRUE(run(embed(kId), {{"HF_ENDPOINT", "https://mirror.example"}})
                  .says("git clone https://mirror.example/facebook/esm2_t6_8M_UR50D"));
}

TEST_F(Names, TheCacheIsUsedAndSaid) {
  const std::string expected = run(embed(kEsm2)).out;
  const std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> places{
      {".cache/huggingface/hub", {}},
      {"xdg/huggingface/hub", {{"XDG_CACHE_HOME", home_ / "xdg"}}},
      {"hf/hub", {{"HF_HOME", home_ / "hf"}}},
      {"hub", {{"HF_HUB_CACHE", home_ / "hub"}}}};
  for (const auto& [cache, variables] : places) {
    add_snapshot(cache, kId, "0123456789abcdef", {"config.json"});  // an older one, not whole
    add_snapshot(cache, kId, kRevision, whole_);
    add_main(cache, kRevision);
    for (const std::string& name : {kId, std::string("esm2_t6_8M_UR50D"), std::string("esm2_8m")}) {
      const Outcome outcome = run(embed(name), variables);
      EXPECT_EQ(outcome.exit, 0) << cache << outcome;
      EXPECT_EQ(outcome.out, expected) << cache;
      EXPECT_TRUE(outcome.says("revision " + kRevision.substr(0, 12))) << outcome;
      EXPECT_TRUE(outcome.says(home_ / cache)) << outcome;
    }
    fs::remove_all(home_.path() / cache);
  }
}

TEST_F(Names, WithoutMainTheNewestSnapshotIsTaken) {
  add_snapshot(".cache/huggingface/hub", kId, kRevision, whole_);
  const Outcome outcome = run(embed(kId));
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("revision " + kRevision.substr(0, 12))) << outcome;
}

TEST_F(Names, AnEmbeddingFileNamesTheModelAndNotItsRevision) {
  add_snapshot(".cache/huggingface/hub", kId, kRevision, whole_);
  ASSERT_EQ(run({"embed", "-", "-o", "a.safetensors", "-m", kId}).exit, 0);
  EXPECT_NE(read_file(home_ / "a.safetensors").find(R"(\"model\":\"esm2_t6_8M_UR50D\")"), std::string::npos);
}

TEST_F(Names, ADownloadThatWasBrokenOffIsNamed) {
  const std::string cache = ".cache/huggingface/hub";
  add_snapshot(cache, kId, kRevision, {"config.json", "vocab.txt"});
  add_main(cache, kRevision);
  Outcome outcome = run(embed(kId));
  EXPECT_EQ(outcome.exit, 3) << outcome;
  EXPECT_TRUE(outcome.says("not complete: it lacks model.safetensors or pytorch_model.bin")) << outcome;
  EXPECT_TRUE(outcome.says("hf download " + kId)) << outcome;
  const fs::path snapshot = home_.path() / cache / "models--facebook--esm2_t6_8M_UR50D" / "snapshots" / kRevision;
  fs::create_symlink("../../blobs/gone", snapshot / "model.safetensors");
  outcome = run(embed(kId));
  EXPECT_TRUE(outcome.says("not complete: it lacks model.safetensors")) << outcome;
  fs::remove(snapshot / "model.safetensors");
  write_file(snapshot / "model.safetensors.index.json",
             R"({"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}})");
  write_file(snapshot / "model-00001-of-00002.safetensors", "x");
  outcome = run(embed(kId));
  EXPECT_TRUE(outcome.says("not complete: it lacks model-00002-of-00002.safetensors")) << outcome;
  EXPECT_TRUE(run({"models"}).out.find("not complete: lacks model-00002-of-00002.safetensors") != std::string::npos);
}

TEST_F(Names, TorchHubsCacheIsUsed) {
  const fs::path folder = home_.path() / ".cache/torch/hub/checkpoints";
  fs::create_directories(folder);
  fs::copy_file(kEsm2 + "/esm2_tiny.pt", folder / "esm2_t6_8M_UR50D.pt");
  const Outcome outcome = run(embed("esm2_t6_8M_UR50D"));
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("torch hub's cache")) << outcome;
}

TEST_F(Names, SomebodysOwnModelOfTheCacheIsUsed) {
  add_snapshot(".cache/huggingface/hub", "someone/my-esm", kRevision, whole_);
  EXPECT_EQ(run(embed("someone/my-esm")).exit, 0);
  EXPECT_NE(run({"models"}).out.find("someone/my-esm"), std::string::npos);
  const Outcome other = run(embed("someone/other"));
  EXPECT_EQ(other.exit, 3) << other;
  EXPECT_TRUE(other.says("hf download someone/other")) << other;
}

TEST_F(Names, OtherFamiliesAreRefusedPlainly) {
  for (const auto& [name, family] :
       std::vector<std::pair<std::string, std::string>>{{"hugohrban/progen2-base", "ProGen"},
                                                        {"Rostlab/prot_t5_xl_half_uniref50-enc", "ProtT5"},
                                                        {"westlake-repl/SaProt_650M_AF2", "SaProt"}}) {
    const Outcome outcome = run(embed(name));
    EXPECT_EQ(outcome.exit, 8) << name << outcome;
    EXPECT_TRUE(outcome.says("cannot run models of the family " + family + " yet")) << outcome;
  }
}

TEST_F(Names, AFoldingModelIsSentToItsCommand) {
  for (const char* name : {"facebook/esmfold_v1", "esmfold_v1", "esmfold"}) {
    const Outcome outcome = run(embed(name));
    EXPECT_EQ(outcome.exit, 8) << outcome;
    EXPECT_TRUE(outcome.says("groel fold")) << outcome;
  }
  EXPECT_NE(run({"models"}).out.find("groel fold proteins.fasta -m facebook/esmfold_v1"), std::string::npos);
}

TEST_F(Names, UnknownOnesNameNearOnes) {
  EXPECT_TRUE(run(embed("esm2_t33_650M_UR50")).says("did you mean 'esm2_t33_650M_UR50D'?"));
  EXPECT_TRUE(run(embed("groel-5")).says("did you mean 'groel-5m'?"));
  fs::create_directory(home_.path() / "my-model");
  EXPECT_TRUE(run(embed("my_model")).says("did you mean 'my-model'?"));
  EXPECT_TRUE(run(embed("qqqqqqqqqqqq")).says("groel models"));
}

TEST_F(Names, EveryNameThatModelsListsIsTakenOrExplained) {
  add_snapshot(".cache/huggingface/hub", kId, kRevision, whole_);
  const json all = json::parse(run({"models", "--json"}).out);
  std::size_t names = 0;
  for (const json& family : all["families"])
    for (const json& model : family["checkpoints"]) {
      ++names;
      const bool here = !model["here"].is_null();
      EXPECT_EQ(here, model["name"] == kId) << model;
      const Outcome outcome = run({"info", model["name"].get<std::string>()});
      EXPECT_EQ(outcome.exit, here ? 0 : 3) << outcome;
      if (!here) {
        EXPECT_TRUE(outcome.says("hf download " + model["name"].get<std::string>())) << outcome;
      }
      EXPECT_GT(model["download_bytes"].get<double>(), 4 * model["parameters"].get<double>() - 1) << model;
      const bool writes = model["name"] == "nferruz/ProtGPT2";
      EXPECT_EQ(model["licence"], writes ? "Apache 2.0" : "MIT");
      EXPECT_EQ(model["capabilities"][1], writes ? "causal_lm" : "masked_lm") << model;
      if (here) {
        EXPECT_EQ(model["here"]["bytes"], fs::file_size(kEsm2 + "/config.json") + fs::file_size(kEsm2 + "/vocab.txt") +
                                              fs::file_size(kEsm2 + "/model.safetensors"));
      }
    }
  EXPECT_EQ(names, 19U);
  for (const json& model : all["bundled"]) EXPECT_EQ(run({"info", model["name"].get<std::string>()}).exit, 0) << model;
}

TEST_F(Names, ModelsPrintsSizeLicenceCapabilitiesAndWhatIsHere) {
  add_snapshot(".cache/huggingface/hub", kId, kRevision, whole_);
  const std::string out = run({"models"}).out;
  const auto line_of = [&](const std::string& name) {
    const auto at = out.find("  " + name + " ");
    return at == std::string::npos ? std::string() : out.substr(at, out.find('\n', at) - at);
  };
  const std::string here = line_of(kId);
  for (const char* text :
       {"esm2-8m", "8 M", "29.9 MB", "MIT", "encoder, masked_lm, contacts", "in the Hugging Face cache"})
    EXPECT_NE(here.find(text), std::string::npos) << text << '\n' << here;
  EXPECT_TRUE(line_of("biohub/ESMC-600M").ends_with(" -")) << line_of("biohub/ESMC-600M");
  EXPECT_NE(line_of("alphafold3").find("to be accepted"), std::string::npos);
}

TEST_F(Names, TheDefaultModelIsSaid) {
  EXPECT_TRUE(run({"embed", "-", "-f", "jsonl"}).says("no model is named: groel-5m is used"));
  EXPECT_FALSE(run({"embed", "-", "-f", "jsonl", "-m", "groel-5m"}).says("no model is named"));
  EXPECT_FALSE(run({"-q", "embed", "-", "-f", "jsonl"}).says("no model is named"));
}

TEST_F(Names, APointerOfGitLfsIsNoModel) {
  const fs::path folder = home_.path() / "clone";
  fs::create_directory(folder);
  fs::copy_file(kEsm2 + "/config.json", folder / "config.json");
  write_file(folder / "model.safetensors",
             "version https://git-lfs.github.com/spec/v1\noid sha256:24c5fa47\nsize 31371160\n");
  const Outcome outcome = run(embed("clone"));
  EXPECT_EQ(outcome.exit, 5) << outcome;
  EXPECT_TRUE(outcome.says("git lfs pull")) << outcome;
}

}  // namespace
}  // namespace groel::testing
