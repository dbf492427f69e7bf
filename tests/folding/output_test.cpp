// What goes into the files of a prediction, and how they are written.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "folding/output_confidences.h"
#include "folding/output_files.h"
#include "folding/output_model.h"
#include "io/compressed.h"
#include "io/npz.h"
#include "layouts.h"
#include "support/errors.h"
#include "support/files.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::read_file;
using testing::small_layout;
using testing::TemporaryFolder;

// Arrays of small_layout(), with values that show how they are rounded.
struct Sample {
  AtomLayout layout = small_layout();
  std::vector<float> positions = testing::on_a_line(14, 1.5F), plddt = std::vector<float>(14, 87.5F);
  std::vector<float> pae = std::vector<float>(25, 0.25F), contacts = std::vector<float>(25, 0.125F);
  ConfidenceSummary summary;

  Sample() {
    summary.ptm = 0.125;  // a tie: to the even digit
    summary.iptm = NAN;
    summary.chain_ptm = summary.chain_iptm = {1, 0.5, NAN};
    summary.chain_pair_iptm.assign(9, 0.333);
    summary.chain_pair_pae_min.assign(9, 1.005);
    summary.fraction_disordered = 2.0 / 3;
    summary.ranking_score = 0.1;
  }
  Prediction prediction() const { return {positions, plddt, pae, contacts, summary}; }
};

ModelOrigin origin() { return alphafold3_origin({"GroEL 1.0", "2026-11-28 11:49:54", "weights", true}); }

OutputSettings settings() { return {"job", origin(), alphafold3_terms(), false}; }

TEST(SummaryJson, HasTwoDecimalsAndNullAndTheChainOfEachToken) {
  const Sample sample;
  const std::string text = summary_json(sample.layout, sample.summary);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["chain_ids"].dump(), R"(["A","A","B","C","C"])");
  EXPECT_EQ(json["ptm"].dump(), "0.12");
  EXPECT_TRUE(json["iptm"].is_null());
  EXPECT_EQ(json["chain_ptm"].dump(), "[1.0,0.5,null]");
  EXPECT_EQ(json["chain_pair_iptm"].dump(), "[[0.33,0.33,0.33],[0.33,0.33,0.33],[0.33,0.33,0.33]]");
  EXPECT_EQ(json["fraction_disordered"].dump(), "0.67");
  EXPECT_EQ(json["has_clash"].dump(), "0.0");
  EXPECT_TRUE(text.starts_with("{\n \"chain_ids\": [\n  \"A\",\n"));
}

TEST(Confidences, ArePrintedWithTheirDigits) {
  const TemporaryFolder work;
  Sample sample;
  const float odd[] = {0.05F, 31.75F, 200, -1, NAN};
  std::copy(std::begin(odd), std::end(odd), sample.pae.begin());
  sample.plddt = {87.5F, 100, 0.005F, 3.14159F, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50};
  sample.contacts[0] = 1.5F;
  OutputStream out(work / "c.json");
  write_confidences(sample.layout, sample.prediction(), out);
  out.finish();
  const std::string text = read_file(work / "c.json");
  EXPECT_THAT(text, HasSubstr("\n  \"atom_plddts\": [87.5,99.99,0.01,3.14,50.0,"));  // none of three digits
  EXPECT_THAT(text, HasSubstr("\n  \"contact_probs\": [[1.0,0.13,0.13,"));           // ties away from zero
  EXPECT_THAT(text, HasSubstr("\n  \"pae\": [[0.1,31.8,99.9,0.0,null],[0.3,"));
  EXPECT_THAT(text, HasSubstr("\n  \"token_chain_ids\": [\"A\",\"A\",\"B\",\"C\",\"C\"],\n"));
  EXPECT_TRUE(text.ends_with("\n  \"token_res_ids\": [1,2,1,1,1]\n}"));
  EXPECT_EQ(nlohmann::json::parse(text)["atom_chain_ids"].size(), 14U);
}

TEST(ModelCif, SaysWhatTheStructureIs) {
  const Sample sample;
  const std::string text = model_cif("job", sample.layout, sample.prediction(), origin());
  EXPECT_TRUE(text.starts_with("# By using this file"));
  for (const char* line :
       {"data_job\n#\n_entry.id job\n", "ATOM   2  C CA . GLY A 1 1 ? 1.500  0.000 0.000 1.00 87.50 1 A 1 \n",
        "HETATM 13 C C1 . XYZ C 3 . ? 18.000 0.000 0.000 1.00 87.50 1 C 1 \n",
        "_ma_qa_metric_global.metric_value 87.50\n", "\nA GLY 2 2 87.50 1 2 \n", "\nC XYZ . 2 87.50 1 4 \n",
        "\n\"C2 H5 N O2\" 75.067 GLY y GLYCINE C(C(=O)O)N ? \"PEPTIDE LINKING\" \n", "\n3 . non-polymer \n",
        "_pdbx_nonpoly_scheme.mon_id        XYZ\n", "\"AlphaFold-beta-20231127 (GroEL 1.0 @ 2026-11-28 11:49:54)\"\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(text, Not(HasSubstr("_struct_conn")));
}

TEST(ModelCif, WithoutTermsThereIsNoLicence) {
  const Sample sample;
  const std::string text =
      model_cif("job", sample.layout, sample.prediction(), alphafold3_origin({"GroEL 1.0", "now", "weights", false}));
  EXPECT_TRUE(text.starts_with("data_job"));
  EXPECT_THAT(text, Not(HasSubstr("license")));
  EXPECT_THAT(text, HasSubstr("_pdbx_data_usage.type    disclaimer\n"));
}

TEST(ModelCif, HasBondsAndBranchedLigands) {
  Sample sample;
  sample.layout.chains.back().type = ChainType::branched;
  testing::add_residue(sample.layout, "XYZ", {"C1", "O1"});
  sample.layout.bonds = {{12, 15}, {1, 12}};
  sample.positions = testing::on_a_line(16, 1);
  sample.plddt.resize(16, 10);
  const std::string text = model_cif("job", sample.layout, sample.prediction(), origin());
  EXPECT_THAT(text, HasSubstr("\ncovale covale1 ? ? ? ? ? ? C 1 C C1 XYZ . 1_555 C 2 C O1 XYZ . 1_555 \n"));
  EXPECT_THAT(text, HasSubstr("\ncovale covale2 ? ? ? ? ? ? A 1 A CA GLY 1 1_555 C 1 C C1 XYZ . 1_555 \n"));
  EXPECT_THAT(text, HasSubstr("_struct_conn_type.id        covale\n"));
  EXPECT_THAT(text, HasSubstr("\nC C 2 3 n XYZ 2 C . 2 \n"));
  EXPECT_THAT(text, HasSubstr("\nC XYZ . 2 48.75 1 4 \n"));  // one row for both, as AlphaFold 3 has it
}

TEST(OutputFolder, IsDatedWhereTheNameIsTaken) {
  const TemporaryFolder work;
  const fs::path wanted = work.path() / "job";
  const std::time_t now = 1700000000;
  EXPECT_EQ(output_folder(wanted, FilledFolder::name_anew, now), wanted);
  fs::create_directory(wanted);
  EXPECT_EQ(output_folder(wanted, FilledFolder::name_anew, now), wanted);  // empty
  testing::write_file(wanted / "x", "");
  const fs::path dated = output_folder(wanted, FilledFolder::name_anew, now);
  EXPECT_THAT(dated.filename().string(), ::testing::MatchesRegex("job_[0-9]{8}_[0-9]{6}"));
  EXPECT_EQ(output_folder(wanted / "", FilledFolder::name_anew, now), dated);
  EXPECT_EQ(output_folder(wanted, FilledFolder::write_into, now), wanted);
  fs::create_directory(dated);
  testing::write_file(dated / "x", "");
  EXPECT_EQ(output_folder(wanted, FilledFolder::name_anew, now), dated.string() + "_2");
  EXPECT_EQ(testing::error_of([&] { output_folder(wanted / "x", FilledFolder::name_anew, now); }).kind(),
            ErrorKind::bad_input);
}

std::vector<std::string> all_files(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) out.push_back(fs::relative(entry.path(), folder).string());
  std::sort(out.begin(), out.end());
  return out;
}

TEST(OutputFiles, HaveAlphaFold3sNames) {
  const TemporaryFolder work;
  Sample sample;
  OutputFiles files(work.path() / "job", settings());
  files.add_sample({7, 0}, sample.layout, sample.prediction());
  sample.summary.ranking_score = 0.5;
  sample.summary.ptm = 0.99;
  files.add_sample({7, 1}, sample.layout, sample.prediction());
  files.finish();
  EXPECT_THAT(all_files(work.path() / "job"),
              ElementsAre("TERMS_OF_USE.md", "job_confidences.json", "job_model.cif", "job_ranking_scores.csv",
                          "job_summary_confidences.json", "seed-7_sample-0/job_seed-7_sample-0_confidences.json",
                          "seed-7_sample-0/job_seed-7_sample-0_model.cif",
                          "seed-7_sample-0/job_seed-7_sample-0_summary_confidences.json",
                          "seed-7_sample-1/job_seed-7_sample-1_confidences.json",
                          "seed-7_sample-1/job_seed-7_sample-1_model.cif",
                          "seed-7_sample-1/job_seed-7_sample-1_summary_confidences.json"));
  EXPECT_EQ(read_file(work / "job/job_ranking_scores.csv"), "seed,sample,ranking_score\r\n7,0,0.1\r\n7,1,0.5\r\n");
  for (const char* kind : {"model.cif", "confidences.json", "summary_confidences.json"})
    EXPECT_EQ(read_file(work / ("job/job_" + std::string(kind))),
              read_file(work / ("job/seed-7_sample-1/job_seed-7_sample-1_" + std::string(kind))));
  EXPECT_THAT(read_file(work / "job/TERMS_OF_USE.md"), HasSubstr("OUTPUT_TERMS_OF_USE.md"));
}

std::string unpacked(const std::string& path) {
  const auto bytes = io::decompress(io::open_bytes(path), path);
  std::string text, piece(1 << 16, '\0');
  while (const std::size_t got = bytes->read(piece)) text.append(piece, 0, got);
  return text;
}

TEST(OutputStream, PiecesOfAnySizeComeBackWhole) {
  const TemporaryFolder work;
  std::string expected;
  OutputStream out(work / "x.json.zst");
  for (int i = 0; i < 400'000; ++i) {
    expected += std::to_string(i);
    out.add(std::to_string(i));
  }
  out.finish();
  EXPECT_EQ(unpacked(work / "x.json.zst"), expected);
}

TEST(OutputFiles, AreCompressedWhereThatIsAskedFor) {
  const TemporaryFolder work;
  const Sample sample;
  OutputSettings compressed = settings();
  compressed.compress = true;
  compressed.terms = "";
  OutputFiles files(work.path(), compressed);
  files.add_sample({1, 0}, sample.layout, sample.prediction());
  files.finish();
  EXPECT_THAT(work.names(), ElementsAre("job_confidences.json.zst", "job_model.cif.zst", "job_ranking_scores.csv",
                                        "job_summary_confidences.json", "seed-1_sample-0"));
  EXPECT_EQ(unpacked(work / "job_model.cif.zst"),
            model_cif("job", sample.layout, sample.prediction(), compressed.origin));
  EXPECT_TRUE(nlohmann::json::accept(unpacked(work / "job_confidences.json.zst")));
}

TEST(OutputFiles, TheBestIsNeverOneWithoutAScore) {
  const TemporaryFolder work;
  Sample sample;
  OutputFiles files(work.path(), settings());
  files.finish();
  EXPECT_TRUE(work.names().empty());  // of no sample there is nothing
  for (const double score : {double(NAN), 0.25, 0.25, double(NAN)}) {
    sample.summary.ranking_score = score;
    files.add_sample({1, static_cast<std::int64_t>(files.samples().size())}, sample.layout, sample.prediction());
  }
  EXPECT_EQ(files.best()->name.sample, 1);
}

TEST(OutputFiles, EmbeddingsAndDistogramAreHalfPrecision) {
  const TemporaryFolder work;
  OutputFiles files(work.path(), settings());
  const std::vector<float> single{1, 2, 0.333333F}, pair{5, 6, 7, 8}, bins(2 * 64, 0.5F);
  files.add_embeddings(
      3, {2, 3, 2, [&](std::int64_t) { return std::span(single); }, [&](std::int64_t) { return std::span(pair); }});
  files.add_distogram(3, 2, [&](std::int64_t) { return std::span(bins); });
  const io::NpzFile embeddings = io::read_npz(work / "seed-3_embeddings/job_seed-3_embeddings.npz");
  EXPECT_EQ(embeddings.arrays.at("single_embeddings").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(embeddings.arrays.at("pair_embeddings").shape, (std::vector<std::int64_t>{2, 2, 2}));
  EXPECT_EQ(embeddings.arrays.at("pair_embeddings").dtype, DType::f16);
  f16_t value;
  std::memcpy(&value, embeddings.arrays.at("single_embeddings").bytes.data() + 4, 2);
  EXPECT_EQ(value.bits, to_f16(0.333333F).bits);
  const io::NpzFile distogram = io::read_npz(work / "seed-3_distogram/job_seed-3_distogram.npz");
  EXPECT_EQ(distogram.arrays.at("distogram").shape, (std::vector<std::int64_t>{2, 2, 64}));
}

// In a process of its own, in which no file may be larger than so many bytes. -> its exit status.
int in_small_process(rlim_t bytes, const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(OutputFiles, AFullDiskIsAnErrorAndWhatWasThereStays) {
  const TemporaryFolder work;
  const Sample sample;
  OutputFiles files(work.path(), settings());
  files.add_sample({1, 0}, sample.layout, sample.prediction());
  files.finish();
  const std::vector<std::string> before = all_files(work.path());
  const std::string model = read_file(work / "job_model.cif");
  const int status = in_small_process(1000, [&] {
    for (const auto& attempt : {std::function<void()>([&] {
                                  files.add_sample({1, 1}, sample.layout, sample.prediction());
                                }),
                                std::function<void()>([&] {
                                  files.add_sample({1, 0}, sample.layout, sample.prediction());
                                }),
                                std::function<void()>([&] { files.finish(); })}) {
      try {
        attempt();
        ::_exit(2);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::io || error.parts().where.empty()) ::_exit(3);
      }
    }
    ::_exit(7);
  });
  EXPECT_EQ(status, 7);
  EXPECT_EQ(all_files(work.path()), before);
  EXPECT_FALSE(fs::exists(work.path() / "seed-1_sample-1"));
  EXPECT_EQ(read_file(work / "job_model.cif"), model);
}

}  // namespace
}  // namespace groel::folding
