// Jobs: what is read, what is said of what is wrong, and what is written.
#include <gtest/gtest.h>

#include "folding/alignment.h"
#include "folding/components.h"
#include "folding/job_read.h"
#include "folding/job_write.h"
#include "folding/tokens.h"
#include "support/errors.h"
#include "support/files.h"

namespace groel::folding {
namespace {

constexpr const char* kSound = R"({"dialect":"alphafold3","version":4,"name":"a job","modelSeeds":[7],"sequences":[
  {"protein":{"id":["A","B"],"sequence":"MKTAY","unpairedMsa":"","pairedMsa":"","templates":[]}},
  {"ligand":{"id":"L","ccdCodes":["ATP"]}}]})";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kSound;
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::string refusal(const std::string& text) {
  try {
    parse_jobs(text, "job.json", "/nonexistent");
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing is wrong";
}

TEST(Job, IsRead) {
  const auto jobs = parse_jobs(kSound, "job.json", "/nonexistent");
  ASSERT_EQ(jobs.size(), 1U);
  const Job& job = jobs[0];
  EXPECT_EQ(file_name(job), "a_job");
  ASSERT_EQ(job.chains.size(), 3U);
  EXPECT_EQ(job.chains[1].id, "B");
  EXPECT_EQ(job.chains[2].components, std::vector<std::string>{"ATP"});
  EXPECT_EQ(job.seeds, std::vector<std::uint32_t>{7});
}

TEST(Job, SaysAllThatIsWrongWithItsPlace) {
  const std::string said = refusal(R"({"dialect":"alphafold","version":5,"name":"","modelSeeds":[-1],"sequences":[
    {"protein":{"id":"a","sequence":"MK1","modifications":[{"ptmType":"CCD_SEP","ptmPosition":9}]}}],"extra":1})");
  for (const char* one :
       {"unknown key \"extra\"", "/dialect: expected \"alphafold3\", found \"alphafold\"",
        "/version: expected 1, 2, 3 or 4, found 5",
        "/modelSeeds/0: expected a whole number from 0 to 4294967295, found -1", "/sequences/0/protein/id",
        "found \"1\" at 3", "/sequences/0/protein/modifications/0/ptmType",
        "/sequences/0/protein/modifications/0/ptmPosition: expected a position in the sequence from 1 to 3, found 9"})
    EXPECT_NE(said.find(one), std::string::npos) << one << "\nin\n" << said;
}

TEST(Job, RefusesAKeyThatIsGivenTwice) {
  EXPECT_NE(refusal(with("\"version\":4", "\"version\":4,\"version\":3")).find("\"version\" is given twice"),
            std::string::npos);
}

TEST(Job, RefusesAnIdThatIsGivenTwice) {
  EXPECT_NE(refusal(with("[\"A\",\"B\"]", "[\"A\",\"A\"]")).find("the id \"A\" is given more than once"),
            std::string::npos);
}

TEST(Job, NamesFilesThatBelongUnderAPath) {
  const testing::TemporaryFolder folder;
  testing::write_file(folder.path() / "m.a3m", ">q\nMKTAY\n");
  const std::string text = with("\"unpairedMsa\":\"\"", "\"unpairedMsa\":\"m.a3m\"");
  try {
    parse_jobs(text, "job.json", folder.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("belongs under unpairedMsaPath"), std::string::npos);
  }
  const auto jobs =
      parse_jobs(with("\"unpairedMsa\":\"\"", "\"unpairedMsaPath\":\"m.a3m\""), "job.json", folder.path());
  EXPECT_EQ(jobs[0].chains[0].unpaired_msa, ">q\nMKTAY\n");
}

TEST(Job, NotesTextOfAlignmentsThatBelongsToNoRow) {
  const testing::TemporaryFolder folder;
  const auto notes = [&](const std::string& text) {
    return lay_out(parse_jobs(text, "job.json", folder.path()).at(0), ComponentTable::own()).notes;
  };
  const auto inlined = [&](const std::string& a3m) {
    return notes(with("\"unpairedMsa\":\"\"", "\"unpairedMsa\":\"" + a3m + "\""));
  };
  EXPECT_EQ(
      inlined("msas/typo.a3m").at(0),
      "the unpairedMsa of chain A has text that belongs to no row of an A3M, and is passed over: \"msas/typo.a3m\"; "
      "so it is the sequence alone");
  EXPECT_TRUE(inlined("MKTAY\\n>q\\nMKTAY").at(0).ends_with("passed over: \"MKTAY\""));
  EXPECT_EQ(inlined("#A3M#").size(), 2U);                  // of two copies
  EXPECT_TRUE(inlined("#5\\t1\\n\\n>q\\nMKTAY").empty());  // as ColabFold begins its files
  testing::write_file(folder.path() / "q.sto", "# STOCKHOLM 1.0\nq MKTAY\n//\n");
  EXPECT_NE(notes(with("\"pairedMsa\":\"\"", "\"pairedMsaPath\":\"q.sto\"")).at(0).find("the pairedMsa of chain A"),
            std::string::npos);
}

TEST(Job, OfProtenixSaysWhatOfItsAlignmentsIsNotUsed) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "msa");
  for (const char* name : {"msa/pairing.a3m", "msa/non_pairing.a3m", "own.a3m"})
    testing::write_file(folder.path() / name, ">q\nMKTAY\n");
  const Job job = parse_jobs(
                      R"([{"name":"p","modelSeeds":[1],"sequences":[
        {"proteinChain":{"sequence":"MKTAY","count":1,"unpairedMsaPath":"own.a3m",
          "msa":{"precomputed_msa_dir":"msa","pairing_db":"uniref100"}}},
        {"dnaSequence":{"sequence":"ACGT","count":1,"unpairedMsaPath":"own.a3m"}}]}])",
                      "job.json", folder.path())
                      .at(0);
  const auto said = [&](const std::string& text) {
    return std::ranges::any_of(job.notes,
                               [&](const std::string& note) { return note.find(text) != std::string::npos; });
  };
  EXPECT_TRUE(said("pairing_db: rows are paired by the species"));
  EXPECT_TRUE(said("precomputed_msa_dir: the paths beside it are not used"));
  EXPECT_TRUE(said("unpairedMsaPath: DNA has no alignment"));
}

TEST(Job, ReadsAFileInXz) {
  const testing::TemporaryFolder folder;
  testing::write_file(folder.path() / "m.a3m", ">q\nMKTAY\n");
  if (std::system(("xz " + (folder / "m.a3m")).c_str()) != 0) GTEST_SKIP() << "xz is not installed";
  const auto jobs =
      parse_jobs(with("\"unpairedMsa\":\"\"", "\"unpairedMsaPath\":\"m.a3m.xz\""), "job.json", folder.path());
  EXPECT_EQ(jobs[0].chains[0].unpaired_msa, ">q\nMKTAY\n");
  const std::string whole = testing::read_file(folder / "m.a3m.xz");
  testing::write_file(folder.path() / "m.a3m.xz", whole.substr(0, whole.size() - 8));
  EXPECT_THROW(parse_jobs(with("\"unpairedMsa\":\"\"", "\"unpairedMsaPath\":\"m.a3m.xz\""), "job.json", folder.path()),
               Error);
}

TEST(Job, NotesBondsThatHaveNoEffect) {
  const auto jobs =
      parse_jobs(with("\"version\":4", "\"version\":4,\"bondedAtomPairs\":[[[\"A\",1,\"CA\"],[\"B\",2,\"CA\"]]]"),
                 "job.json", "/nonexistent");
  ASSERT_FALSE(jobs[0].notes.empty());
  EXPECT_NE(jobs[0].notes.back().find("joins two polymers"), std::string::npos);
}

TEST(Job, NotesBondsToAtomsThatTheNetworksRulesLeaveOut) {
  const auto notes = [](const std::string& atom, TokenRules rules, std::size_t kept) {
    const auto jobs =
        parse_jobs(with("\"version\":4", R"("version":4,"bondedAtomPairs":[[["A",5,")" + atom + R"("],["L",1,"PG"]]])"),
                   "job.json", "/nonexistent");
    const TokenLayout layout = lay_out(jobs.at(0), ComponentTable::own(), {.rules = rules});
    EXPECT_EQ(layout.to_polymers.size(), kept) << atom;
    return layout.notes;
  };
  EXPECT_EQ(notes("OXT", TokenRules::boltz2, 0),
            std::vector<std::string>{"the bond between A 5 OXT and L 1 PG is lost in the structure, which A 5 OXT is "
                                     "left out of: the network will not see it"});
  EXPECT_TRUE(notes("OH", TokenRules::boltz2, 1).empty());
  EXPECT_TRUE(notes("OXT", TokenRules::alphafold3, 1).empty());

  // A nucleotide in a strand has no OP3, and AlphaFold 3's network sees the bond as one of the residue.
  const std::string strand = R"({"dna":{"id":"A","sequence":"GATTA"}},)";
  std::string text =
      with("\"sequences\":[", "\"bondedAtomPairs\":[[[\"A\",2,\"OP3\"],[\"L\",1,\"PG\"]]],\"sequences\":[" + strand);
  text.erase(text.find("{\"protein\""), text.find("{\"ligand\"") - text.find("{\"protein\""));
  const TokenLayout layout = lay_out(parse_jobs(text, "job.json", "/nonexistent").at(0), ComponentTable::own());
  EXPECT_EQ(layout.to_polymers.size(), 1U);
  ASSERT_EQ(layout.notes.size(), 1U);
  EXPECT_NE(layout.notes[0].find("A 2 OP3 is left out of: the network will see it as one of the residue"),
            std::string::npos);
}

TEST(Job, NotesTemplatesThatAreNotUsed) {
  const auto templates = [](std::size_t count) { return std::vector<Template>(count, Template{"data_X", {{0, 0}}}); };
  Job job = parse_jobs(kSound, "job.json", "/nonexistent").at(0);
  const auto notes = [&] { return lay_out(job, ComponentTable::own()).notes; };
  job.chains[0].templates = job.chains[1].templates = templates(4);
  EXPECT_TRUE(notes().empty());
  job.chains[0].templates = job.chains[1].templates = templates(6);
  EXPECT_EQ(notes(), std::vector<std::string>{"of the 6 templates of chain A only the first 4 are used"});
  job.chains[0].templates = templates(1);
  EXPECT_EQ(notes(),
            std::vector<std::string>{"chain B is a copy of chain A and takes its templates: its own (6) are not used"});
  job.chains[1].sequence = "MKTA";
  EXPECT_EQ(notes(),
            std::vector<std::string>{"the templates of chain B (6) are not used: chains of up to 4 tokens take none"});
}

TEST(Job, NotesAResidueThatIsModifiedTwice) {
  const auto notes = [](const std::string& second) {
    const std::string text = with(
        "\"MKTAY\"", R"("MKTAY","modifications":[{"ptmType":"SEP","ptmPosition":2},{"ptmType":"TPO",)" + second + "}]");
    return lay_out(parse_jobs(text, "job.json", "/nonexistent").at(0), ComponentTable::own()).notes;
  };
  EXPECT_EQ(notes("\"ptmPosition\":2").at(0),
            "residue 2 of chain A is modified twice, to SEP and to TPO: the last one counts");
  EXPECT_TRUE(notes("\"ptmPosition\":3").empty());
}

TEST(Job, WithSomeOfItsAlignmentsIsRefusedWhenItIsCompleted) {
  auto jobs = parse_jobs(with(",\"pairedMsa\":\"\",\"templates\":[]", ""), "job.json", "/nonexistent");
  try {
    complete_alignments(jobs[0], ComponentTable::own());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("found unpairedMsa alone"), std::string::npos) << error.what();
  }
}

TEST(Job, OfProtenixHasItsBondsAndLigands) {
  const auto jobs = parse_jobs(
      R"([{"name":"p","modelSeeds":[1],"covalent_bonds":[{"entity1":"1","copy1":1,"position1":"3","atom1":"ND2","entity2":"2","copy2":1,"position2":1,"atom2":"C1"}],
    "sequences":[{"proteinChain":{"sequence":"GANST","count":1}},{"ligand":{"ligand":"CCD_NAG_NAG","count":1}},{"ligand":{"ligand":"CCO","count":2}}]}])",
      "job.json", "/nonexistent");
  const Job& job = jobs.at(0);
  ASSERT_EQ(job.bonds.size(), 1U);
  EXPECT_EQ(job.bonds[0].from, (BondedAtom{"A", 3, "ND2"}));
  EXPECT_EQ(job.chains[1].components, (std::vector<std::string>{"NAG", "NAG"}));
  EXPECT_EQ(job.chains[3].smiles, "CCO");
}

TEST(Job, OfProtenixHasSoundIdsEachOnce) {
  const auto protein = [](const std::string& more) { return R"({"proteinChain":{"sequence":"GANST")" + more + "}}"; };
  const auto job = [](const std::string& sequences) {
    return R"([{"name":"p","modelSeeds":[1],"covalent_bonds":[],"sequences":[)" + sequences + "]}]";
  };
  // What is made goes out of the way of what is given, before and after.
  const auto jobs =
      parse_jobs(job(protein(R"(,"count":2)") + "," + protein(R"(,"count":2,"id":["B","A"])") + "," + protein("")),
                 "job.json", "/nonexistent");
  std::vector<std::string> ids;
  for (const JobChain& chain : jobs.at(0).chains) ids.push_back(chain.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"C", "D", "B", "A", "E"}));

  for (const auto& [sequences, said] : std::vector<std::pair<std::string, std::string>>{
           {protein(R"(,"id":["B"])") + "," + protein(R"(,"id":["B"])"), "the id \"B\" is given more than once"},
           {protein(R"(,"count":2,"id":["H","H"])"), "the id \"H\" is given more than once"},
           {protein(R"(,"id":["b/../x"])"), "proteinChain/id/0: expected an id of upper-case letters"},
           {protein(R"(,"id":"H")"), "proteinChain/id: expected a list of ids, found \"H\""},
           {R"({"ligand":{"ligand":"CCD_ATP","ion":"MG"}})", "ligand: expected one of ligand and ion, found both"}})
    EXPECT_NE(refusal(job(sequences)).find(said), std::string::npos) << refusal(job(sequences));
}

// As colabfold_batch --af3-json writes them: empty keys, lists of one id, an RNA whose alignment is null.
TEST(Job, OfColabFoldIsAlphaFold3s) {
  const auto jobs = parse_jobs(
      R"({"dialect":"alphafold3","version":1,"name":"complex_1","sequences":[
    {"protein":{"id":["A","B"],"sequence":"MKTAY","modifications":[],"templates":[],"unpairedMsa":">101\nMKTAY\n>UniRef100_A0\nMKsTAF\n","pairedMsa":">101\nMKTAY\n"}},
    {"protein":{"id":["C"],"sequence":"GANST","modifications":[],"templates":[],"unpairedMsa":"","pairedMsa":""}},
    {"rna":{"id":["D"],"sequence":"ACGU","unpairedMsa":null}},{"ligand":{"id":["E"],"ccdCodes":["ATP"]}},
    {"ligand":{"id":["F","G"],"smiles":"CCO"}}],"modelSeeds":[1],"bondedAtomPairs":null,"userCCD":null})",
      "job.json", "/nonexistent");
  const Job& job = jobs.at(0);
  ASSERT_EQ(job.chains.size(), 7U);
  EXPECT_EQ(alignment_rows(*job.chains[1].unpaired_msa).size(), 2U);
  EXPECT_TRUE(job.chains[2].unpaired_msa && job.chains[2].paired_msa && job.chains[2].templates);
  EXPECT_FALSE(job.chains[3].unpaired_msa);  // to be searched
  EXPECT_EQ(job.chains[6].smiles, "CCO");
  EXPECT_TRUE(job.bonds.empty());
}

TEST(Job, WrittenAndReadAgainIsTheSame) {
  const std::string written = job_json(parse_jobs(kSound, "job.json", "/nonexistent")[0]);
  EXPECT_EQ(job_json(parse_jobs(written, "again", "/nonexistent")[0]), written);
}

TEST(ChainNames, FollowAlphaFold3) {
  EXPECT_EQ(chain_name(1), "A");
  EXPECT_EQ(chain_name(26), "Z");
  EXPECT_EQ(chain_name(28), "BA");
  EXPECT_TRUE(comes_before("Z", "AA"));
  EXPECT_TRUE(comes_before("BA", "AB"));
}

TEST(Seeds, AreAddedToAnOnlyOne) {
  Job job{"j", {}, {5}};
  add_seeds(job, 3);
  EXPECT_EQ(job.seeds, (std::vector<std::uint32_t>{5, 6, 7}));
  EXPECT_THROW(add_seeds(job, 2), Error);
}

}  // namespace
}  // namespace groel::folding
