// groel esm3 and what other commands make of ESM3, on a small one of random weights.
#include <gmock/gmock.h>

#include "base/error.h"
#include "io/npz.h"
#include "io/structure_atoms.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

const std::string kEsm3 = std::string(GROEL_TEST_DATA) + "/esm3-generate-tiny";
const std::string kUbiquitin = std::string(GROEL_TEST_DATA) + "/structures/1ubq.pdb";

Outcome esm3(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "esm3");
  arguments.insert(arguments.end(), {"-m", kEsm3});
  return groel(arguments);
}

json esm3_json(const std::vector<std::string>& arguments) {
  const Outcome outcome = esm3(arguments);
  EXPECT_EQ(outcome.exit, 0) << outcome;
  return outcome.out.empty() ? json() : json::parse(outcome.out);
}

TEST(Esm3, OtherCommandsTakeIt) {
  const TemporaryFolder work;
  done({"embed", "MKTAYIAKQR", "-m", kEsm3, "--include", "mean,per-residue,logits", "-o", work / "a.npz"});
  EXPECT_EQ(io::read_npz(work / "a.npz").arrays.at("per_residue_3").shape, (std::vector<std::int64_t>{10, 24}));
  EXPECT_THAT(done({"fill-mask", "MKTAYI<mask>KQR", "-m", kEsm3, "--json"}).out, HasSubstr("\"token\""));
  done({"score", "MKTAYIAKQR", "-m", kEsm3, "--variants", "M1A,K2R", "-o", work / "scores.csv"});
  done({"perplexity", "MKTAYIAKQR", "-m", kEsm3});
  done({"attention", "MKTAYIAKQR", "-m", kEsm3, "-o", work / "maps.npz"});
  done({"convert", "-m", kEsm3, "--to", "f32", "-o", work / "hf"});
  done({"embed", "MKTAYIAKQR", "-m", work / "hf", "--include", "mean,per-residue,logits", "-o", work / "b.npz"});
  const auto before = io::read_npz(work / "a.npz").arrays, after = io::read_npz(work / "b.npz").arrays;
  for (const char* name : {"per_residue_3", "logits_3"})
    EXPECT_TRUE(std::ranges::equal(before.at(name).bytes, after.at(name).bytes)) << name;
  const Outcome none = groel({"contacts", "MKTAYIAKQR", "-m", kEsm3, "-o", work / "c.npz"});
  EXPECT_TRUE(none.says("this model has no contact head")) << none;
}

// What its SDK calls embeddings are the states before the final norm.
TEST(Esm3, EmbedAndLogitsAgree) {
  const TemporaryFolder work;
  done({"embed", "MKTAYIAKQR", "-m", kEsm3, "-i", "per-residue,logits", "-o", work / "a.npz"});
  EXPECT_EQ(esm3({"logits", "MKTAYIAKQR", "-o", work / "b.npz"}).exit, 0);
  const auto a = io::read_npz(work / "a.npz").arrays, b = io::read_npz(work / "b.npz").arrays;
  const auto same = [&](const std::string& ours, const std::string& theirs, std::size_t width) {
    const std::size_t row = width * sizeof(float);
    EXPECT_TRUE(std::ranges::equal(a.at(ours).bytes, b.at(theirs).bytes.subspan(row, 10 * row))) << ours;
  };
  same("per_residue_3", "embeddings", 24);
  same("logits_3", "sequence_logits", 64);
  EXPECT_EQ(b.at("function_logits").shape, (std::vector<std::int64_t>{12, 8, 260}));
  EXPECT_EQ(b.at("structure_logits").shape, (std::vector<std::int64_t>{12, 4096}));
}

// With both ends it is what its SDK returns.
TEST(Esm3, EmbedWithEnds) {
  const TemporaryFolder work;
  done({"embed", "MKTAYIAKQR", "-m", kEsm3, "-i", "per-residue,logits,mean", "--ends", "-o", work / "a.npz"});
  EXPECT_EQ(esm3({"logits", "MKTAYIAKQR", "-o", work / "b.npz"}).exit, 0);
  const auto a = io::read_npz(work / "a.npz").arrays, b = io::read_npz(work / "b.npz").arrays;
  EXPECT_EQ(a.at("per_residue_3").shape, (std::vector<std::int64_t>{12, 24}));
  EXPECT_TRUE(std::ranges::equal(a.at("per_residue_3").bytes, b.at("embeddings").bytes));
  EXPECT_TRUE(std::ranges::equal(a.at("logits_3").bytes, b.at("sequence_logits").bytes));
  done({"embed", "MKTAYIAKQR", "-m", kEsm3, "-i", "mean", "-o", work / "c.npz"});
  EXPECT_TRUE(std::ranges::equal(a.at("mean_3").bytes, io::read_npz(work / "c.npz").arrays.at("mean_3").bytes));
  const Outcome contacts = groel({"embed", "MKTAYIAKQR", "-i", "contacts", "--ends", "-o", work / "d.npz"});
  EXPECT_TRUE(contacts.says("contacts are between residues")) << contacts;
}

// Raw tracks: a sequence that is not there is masked everywhere, ends too.
TEST(Esm3, CoordinatesAloneAreRaw) {
  const TemporaryFolder work;
  const std::string places = R"([null, [[0,0,0],[1.5,0,0],[2,1.4,0]], [[3,2,0],[4,2.5,0],[5,2,1]], null])";
  write_file(work / "p.json", R"({"coordinates": )" + places + "}");
  write_file(work / "q.json", R"({"tokens": {"sequence": [32, 32, 32, 32]}, "coordinates": )" + places + "}");
  write_file(work / "r.json", R"({"coordinates": )" + places + R"(, "chain_id": [0, 0, 1, 1]})");
  for (const char* name : {"p", "q", "r"})
    EXPECT_EQ(esm3({"logits", (work / name) + ".json", "-o", (work / name) + ".npz"}).exit, 0);
  const auto logits = [&](const char* name) {
    return io::read_npz((work / name) + ".npz").arrays.at("sequence_logits");
  };
  const io::Array p = logits("p"), q = logits("q"), r = logits("r");
  EXPECT_EQ(p.shape, (std::vector<std::int64_t>{4, 64}));
  EXPECT_TRUE(std::ranges::equal(p.bytes, q.bytes));
  EXPECT_FALSE(std::ranges::equal(p.bytes, r.bytes));
}

TEST(Esm3, EncodeAndDecode) {
  const TemporaryFolder work;
  const json encoded = esm3_json({"encode", kUbiquitin});
  EXPECT_EQ(encoded["tokens"]["sequence"].size(), 78U);
  EXPECT_EQ(encoded["tokens"]["structure"][0], 4098);
  write_file(work / "tokens.json", encoded.dump());
  const json decoded = esm3_json({"decode", work / "tokens.json"});
  EXPECT_THAT(decoded["sequence"], ::testing::StartsWith("MQIFVKTLTGK"));
  EXPECT_EQ(decoded["coordinates"].size(), 76U);
  EXPECT_EQ(esm3({"decode", work / "tokens.json", "-o", work / "out.cif"}).exit, 0);
  EXPECT_EQ(io::read_atoms(work / "out.cif").chains.at(0).residues.size(), 76U);
  write_file(work / "tracks.json", R"({"sequence": "MK_", "secondary_structure": "H_C", "sasa": [1.5, null, 200]})");
  const json tracks = esm3_json({"encode", work / "tracks.json"})["tokens"];
  EXPECT_EQ(tracks["sequence"], (json{0, 20, 15, 32, 2}));
  EXPECT_EQ(tracks["secondary_structure"], (json{0, 4, 0, 10, 0}));
  EXPECT_EQ(tracks["sasa"], (json{0, 4, 0, 18, 0}));
}

// By an installed mkdssp, or a made-up one that prints what it printed of these residues.
TEST(Esm3, TracksByDssp) {
  const TemporaryFolder work;
  std::filesystem::create_directory(work / "bin");
  write_file(work / "bin/mkdssp",
             "#!/bin/sh\ncat > \"$4\" <<'END'\n"
             "  #  RESIDUE AA STRUCTURE BP1 BP2  ACC     N-H-->O\n"
             "    1    1 A M              0   0   53      0, 0.0\n"
             "    2    2 A Q  E     +A   16   0A  77     14,-0.2\n"
             "    3        !*             0   0    0      0, 0.0\n"
             "    4    4 A F  P     -Ab  14  66A  54     61,-2.7\n"
             "END\n");
  std::filesystem::permissions(work / "bin/mkdssp", std::filesystem::perms::owner_all);
  const Process::Setup run{.folder = "", .input = "", .environment = {{"PATH", (work / "bin") + ":/bin:/usr/bin"}}};
  const Outcome outcome = groel({"esm3", "encode", kUbiquitin, "--dssp", "-m", kEsm3}, run);
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("DSSP says nothing of 73 residues")) << outcome;
  const json tokens = json::parse(outcome.out)["tokens"];
  EXPECT_EQ((json{tokens["secondary_structure"][1], tokens["secondary_structure"][2], tokens["secondary_structure"][3],
                  tokens["secondary_structure"][4]}),
            (json{10, 7, 0, 10}));
  EXPECT_EQ((json{tokens["sasa"][1], tokens["sasa"][2], tokens["sasa"][3], tokens["sasa"][4]}), (json{11, 13, 0, 11}));
  const Outcome without = groel({"esm3", "encode", kUbiquitin, "--dssp", "-m", kEsm3},
                                {.folder = "", .input = "", .environment = {{"PATH", work / "nowhere"}}});
  EXPECT_TRUE(without.says("apt-get install dssp")) << without;
}

TEST(Esm3, GeneratesTheSameAloneAndInABatch) {
  const TemporaryFolder work;
  write_file(work / "p.fasta", ">a\nMKT____LDV\n>b\n________\n>c\nQWCE_EY|AE_\n");
  const std::vector<std::string> how{"--steps", "4", "--seed", "7", "--json"};
  std::vector<std::string> all{"generate", work / "p.fasta", "-n", "2"};
  all.insert(all.end(), how.begin(), how.end());
  const json together = esm3_json(all)["prompts"];
  ASSERT_EQ(together.size(), 6U);
  all.insert(all.end(), {"--max-tokens", "1", "--threads", "1"});
  EXPECT_EQ(esm3_json(all)["prompts"], together);
  write_file(work / "b.fasta", ">b\n________\n");
  std::vector<std::string> one{"generate", work / "b.fasta", "-n", "2"};
  one.insert(one.end(), how.begin(), how.end());
  const json alone = esm3_json(one)["prompts"];
  EXPECT_EQ(alone[0], together[2]);
  EXPECT_EQ(alone[1], together[3]);
  EXPECT_NE(alone[0]["sequence"], alone[1]["sequence"]);
  for (const json& made : together) EXPECT_EQ(made["sequence"].get<std::string>().find('_'), std::string::npos);
  EXPECT_EQ(together[0]["sequence"].get<std::string>().substr(0, 3), "MKT");
}

TEST(Esm3, FoldsBothWays) {
  const TemporaryFolder work;
  EXPECT_EQ(esm3({"fold", "MKTAYIAKQRQISFVK", "-o", work / "folded.pdb", "--steps", "3"}).exit, 0);
  EXPECT_EQ(io::read_atoms(work / "folded.pdb").chains.at(0).residues.size(), 16U);
  EXPECT_EQ(read_file(work / "folded.pdb").find("REMARK   1 B FACTORS ARE PLDDT"), 0U);
  write_file(work / "two.fasta", ">two\nMKTAY|IAKQR\n");
  ASSERT_EQ(esm3({"fold", work / "two.fasta", "-o", work / "folded.json", "--steps", "3"}).exit, 0);
  const json written = json::parse(read_file(work / "folded.json"));
  EXPECT_EQ(written["pae"].size(), 11U);
  EXPECT_EQ(written["pae"][0].size(), 11U);
  const json shown = json::parse(groel({"structure", "show", work / "folded.json", "--json"}).out)["models"][0];
  EXPECT_EQ(shown["chains"].size(), 2U);
  EXPECT_EQ(shown["pae"]["tokens"], 10);  // the break between the chains is none
  EXPECT_EQ(shown["values_are"], "plddt");
  EXPECT_NEAR(shown["scores"]["ptm"].get<double>(), written["ptm"].get<double>(), 1e-6);
  const Outcome outcome = esm3({"inverse-fold", kUbiquitin, "--steps", "3", "--chain", "A"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("marked HETATM left out")) << outcome;
  std::string sequence = outcome.out.substr(outcome.out.find('\n') + 1);
  std::erase(sequence, '\n');
  EXPECT_EQ(sequence.size(), 76U);
}

TEST(Esm3, SamplesWithProbabilities) {
  const json out = esm3_json({"sample", "MK__Y", "--tracks", "sequence,sasa", "--topk-logprobs", "3"});
  EXPECT_EQ(out["samples"]["sequence"]["tokens"].size(), 7U);
  EXPECT_EQ(out["samples"]["sequence"]["prob"][1], 1.0);
  EXPECT_LT(out["samples"]["sequence"]["prob"][3], 1.0);
  EXPECT_EQ(out["samples"]["sequence"]["topk_tokens"].size(), 21U);
  EXPECT_EQ(out["samples"]["sasa"]["values"].size(), 7U);
}

// The others of a batch are unharmed.
TEST(Esm3, BadPrompts) {
  const TemporaryFolder work;
  const auto refused = [&](const std::string& prompt, const char* why) {
    write_file(work / "p.json", prompt);
    const Outcome outcome = esm3({"generate", work / "p.json", "--steps", "2", "--json"});
    EXPECT_EQ(outcome.exit, 1) << prompt << outcome;
    EXPECT_TRUE(outcome.says(why)) << prompt << outcome;
    EXPECT_EQ(outcome.out.find("MK_"), std::string::npos);
  };
  const std::string good = R"({"id": "good", "sequence": "MK__"})";
  const auto among = [&](const std::string& bad) { return "[" + good + ", " + bad + "]"; };
  refused(among(R"({"sequence": "MKT"})"), "when input has no masks");
  refused(among(R"({"sequence": "MK_", "secondary_structure": "HH"})"),
          "the sequence has 3 residues, secondary structure 2");
  refused(among(R"({"sequence": "MK_", "secondary_structure": "HQC"})"), "'Q' is no state");
  refused(among(R"({"sequence": "MK_", "coordinates": [[[0,0,0],[1,0,0],[0,1,0]]]})"), "the structure 1");
  refused(among(R"({"sequence": "MK_", "coordinates": [[[0,0],[1,0,0],[0,1,0]], null, null]})"), "without x, y and z");
  refused(among(R"({"sequenze": "MK_"})"), "is no field of a prompt");
  refused(among(R"({"tokens": {"sequence": [0, 4, 99, 2]}})"), "no token of it");
  refused(among(R"({"tokens": {"sequence": [0, 32, 2], "sasa": [0, 0, 0, 0]}})"), "of different lengths");
  refused(among(R"({"tokens": {"sequence": [0, 32, 32, 2]}, "chain_id": [0, 0, 1, 1]})"),
          "by the raw forward pass alone");
  write_file(work / "p.json", R"({"sequence": "M_", "function_annotations": [{"label": "x", "start": 1, "end": 2}]})");
  EXPECT_TRUE(esm3({"encode", work / "p.json"}).says("which annotations of function are turned into tokens by"));
  write_file(work / "p.json", "[" + good + R"(, {"sequence": "MKT"}])");
  const json both = json::parse(esm3({"generate", work / "p.json", "--steps", "2", "--json"}).out)["prompts"];
  write_file(work / "q.json", good);
  EXPECT_EQ(both[0], esm3_json({"generate", work / "q.json", "--steps", "2", "--json"}));
  EXPECT_EQ(both[1]["error"]["code"], 500);
}

TEST(Esm3, BadOptions) {
  const auto refused = [](const std::vector<std::string>& arguments, const char* why) {
    const Outcome outcome = esm3(arguments);
    EXPECT_NE(outcome.exit, 0) << outcome;
    EXPECT_TRUE(outcome.says(why)) << outcome;
  };
  refused({"generate", "MK__", "--top-p", "0"}, "a top-p of 0");
  refused({"generate", "MK__", "--temperature", "-1"}, "a temperature of -1");
  refused({"generate", "MK__", "--steps", "0"}, "0 steps");
  refused({"generate", "MK__", "--invalid", "J"}, "'J' is no token of sequence");
  refused({"generate", "MK__", "--mask", "3-9"}, "is no range of the 4 residues");
  refused({"generat", "MK__"}, "did you mean 'generate'");
  refused({"annotate", "MKTAYIAKQR"}, "function_decoder is not there");
  refused({"inverse-fold", kUbiquitin, "--chain", "Z"}, "there is no chain 'Z'");
  refused({"logits", "MKTA"}, "written to a file");
  refused({"encode", "MKTA", "--dssp"}, "none of the prompts is a structure's file");
  refused({"generate", "MK__", "--chain", "A"}, "none of the prompts is a structure's file");
  refused({"generate", "MK__", "--track", "function", "--invalid", "5"}, "none of which is ruled out");
  const Outcome other = groel({"esm3", "encode", "MKT", "-m", kEsm2});
  EXPECT_TRUE(other.says("this esm model cannot do 'tracks'")) << other;
}

}  // namespace
}  // namespace groel::testing
