// groel contacts: the reference's probabilities, and structures.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include "base/error.h"
#include "io/npz.h"
#include "io/sequences.h"
#include "support/pdb.h"
#include "support/pictures.h"
#include "tasks/headless.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

std::vector<float> values_of_map(const io::Array& array) {
  std::vector<float> out(array.bytes.size() / sizeof(float));
  std::memcpy(out.data(), array.bytes.data(), array.bytes.size());
  return out;
}

TEST(Contacts, AreTheReferences) {
  const TemporaryFolder work;
  const Golden golden("esm2-tiny");
  std::string input;
  for (std::size_t i = 0; i < golden.sequences().size(); ++i)
    input += fmt::format(">s{}\n{}\n", i, golden.sequences()[i]);
  write_file(work / "in.fasta", input);
  const json out = groel_json({"contacts", work / "in.fasta", "--top", "1000000"}, 1);  // one has a * inside
  std::size_t compared = 0;
  for (const json& record : out["records"]) {
    const auto s = std::stoul(record["id"].get<std::string>().substr(1));
    if (golden.inputs["input_ids"][s].size() != record["length"].get<std::size_t>() + 2) continue;
    const auto expected = golden.values(fmt::format("contacts.{}", s));
    const auto n = record["length"].get<std::size_t>();
    for (const json& pair : record["contacts"]) {
      const auto at = (pair["i"].get<std::size_t>() - 1) * n + pair["j"].get<std::size_t>() - 1;
      EXPECT_NEAR(pair["probability"].get<double>(), expected.at(at), 1e-5);
      ++compared;
    }
  }
  EXPECT_GT(compared, 1000U);
}

TEST(Contacts, FilesHoldWhatEmbedWrites) {
  const TemporaryFolder work;
  EXPECT_EQ(groel({"contacts", kProteins, "-m", kEsm2, "-o", work / "c.npz"}).exit, 0);
  EXPECT_EQ(groel({"embed", kProteins, "-m", kEsm2, "-i", "contacts", "-o", work / "e.npz"}).exit, 0);
  const io::NpzFile ours = io::read_npz(work / "c.npz");
  const io::NpzFile embed = io::read_npz(work / "e.npz");
  EXPECT_EQ(ours.texts.at("ids"), embed.texts.at("ids"));
  EXPECT_EQ(ours.texts.at("sha256"), embed.texts.at("sha256"));
  ASSERT_TRUE(ours.arrays.contains("contacts_3"));
  EXPECT_EQ(values_of_map(ours.arrays.at("contacts_3")), values_of_map(embed.arrays.at("contacts_3")));
  EXPECT_EQ(work.names(), (std::vector<std::string>{"c.npz", "e.npz"}));
}

TEST(Contacts, CaspText) {
  const TemporaryFolder work;
  const Outcome done = groel({"contacts", "MKTAYIAKQRQISF", "-m", kEsm2, "-o", work / "c.rr"});
  EXPECT_EQ(done.exit, 0) << done;
  const std::string text = read_file(work / "c.rr");
  EXPECT_THAT(text, HasSubstr("PFRMAT RR\nTARGET sequence\n"));
  EXPECT_THAT(text, HasSubstr("\nMKTAYIAKQRQISF\n"));
  EXPECT_TRUE(text.ends_with("END\n"));
  std::istringstream lines(text.substr(text.find("QISF\n") + 5));
  double last = 1;
  int count = 0;
  for (std::string line; std::getline(lines, line) && line != "END"; ++count) {
    int i = 0, j = 0;
    double p = 0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%d %d 0 8 %lf", &i, &j, &p), 3) << line;
    EXPECT_GE(j - i, 6);
    EXPECT_LE(p, last);
    last = p;
  }
  EXPECT_EQ(count, 8 * 9 / 2);
}

TEST(Contacts, AFileAndAPictureARecord) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", ">sp|A1|X\nMKTAYIAKQR\n>bad\nMK?\n>b\nMKTAYIAK\n");
  const Outcome done = groel({"contacts", input, "-m", kEsm2, "-o", work / "c.rr", "--picture", work / "c.svg"});
  EXPECT_EQ(done.exit, 1) << done;
  EXPECT_TRUE(done.says("bad"));
  EXPECT_EQ(work.names(), (std::vector<std::string>{"c-b.rr", "c-b.svg", "c-b.svg.csv", "c-sp_A1_X.rr", "c-sp_A1_X.svg",
                                                    "c-sp_A1_X.svg.csv", "in.fasta"}));
}

TEST(Contacts, NoFileOfARecordIsLost) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", ">a|b\nMKTAYIAK\n>a/b\nMKTAYIAK\n>c\nMKTAYIAK\n");
  const Outcome alike = groel({"contacts", input, "-m", kEsm2, "--picture", work / "c.svg"});
  EXPECT_EQ(alike.exit, exit_code(ErrorKind::usage)) << alike;
  EXPECT_TRUE(alike.says("'a|b' and 'a/b' would be one file")) << alike;
  write_file(input, ">a\nMKTAYIAK\n>c\nMKTAYIAK\n");
  write_file(work / "c-c.svg", "mine");
  const Outcome standing = groel({"contacts", input, "-m", kEsm2, "--picture", work / "c.svg"});
  EXPECT_EQ(standing.exit, exit_code(ErrorKind::usage)) << standing;
  EXPECT_TRUE(standing.says("exists already")) << standing;
  EXPECT_EQ(read_file(work / "c-c.svg"), "mine");
}

// What a stopped run leaves: a journal that lacks some of the records.
TEST(Contacts, GoOnAfterAStop) {
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", many_proteins(600) + ">bad\nMK?\n");
  const std::vector<std::string> command{"contacts", input, "-m", kEsm2, "-o", work / "c.npz", "--json"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return groel(more);
  };
  const Outcome whole = with({});
  EXPECT_EQ(whole.exit, 1) << whole;
  const std::string expected = read_file(work / "c.npz");
  std::filesystem::remove(work / "c.npz");

  const std::string journal = work / "c.npz.partial";
  {
    Process process(groel_command(command), {});
    std::error_code none;
    for (int i = 0; i < 60'000; ++i) {
      const auto size = std::filesystem::file_size(journal + "/items.bin", none);
      if (!none && size > 100'000) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    process.kill(SIGINT);
    const Outcome stopped = process.wait();
    EXPECT_EQ(stopped.exit, 130) << stopped;
    EXPECT_TRUE(stopped.says("of 600 sequences are kept")) << stopped;
  }
  EXPECT_FALSE(std::filesystem::exists(work / "c.npz"));
  const Outcome again = with({});
  EXPECT_EQ(again.exit, 2) << again;
  EXPECT_TRUE(again.says("--resume")) << again;
  const Outcome resumed = with({"--resume"});
  EXPECT_EQ(resumed.exit, 1) << resumed;
  EXPECT_EQ(resumed.out, whole.out);
  EXPECT_TRUE(read_file(work / "c.npz") == expected);
  EXPECT_EQ(work.names(), (std::vector<std::string>{"c.npz", "in.fasta"}));
  EXPECT_TRUE(with({"--resume"}).says("nothing is left to resume"));
}

TEST(Contacts, BatchesChangeNothing) {
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", many_proteins(40));
  const json together = groel_json({"contacts", input, "--top", "3"});
  ASSERT_EQ(together["records"].size(), 40U);
  for (const int i : {0, 7, 39}) {
    const json& one = together["records"][static_cast<std::size_t>(i)];
    EXPECT_EQ(groel_json({"contacts", input, "--top", "3", "--record", one["id"]})["records"][0], one);
  }
}

TEST(Contacts, PrecisionAgainstAStructure) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  const json record = groel_json({"contacts", "--structure", kUbiquitin, "--picture", work / "u.svg"})["records"].at(0);
  EXPECT_EQ(record["id"], "1ubq_A");
  std::filesystem::copy(kUbiquitin, work / "AF-P1.v2.pdb");
  EXPECT_EQ(groel_json({"contacts", "--structure", work / "AF-P1.v2.pdb"})["records"][0]["id"], "AF-P1.v2_A");
  EXPECT_EQ(record["length"], 76);
  ASSERT_EQ(record["precision"].size(), 9U);
  // From the list of contacts itself: as many as residues, of all ranges, so the long ones at L/5 are counted again.
  const json all = groel_json({"contacts", "--structure", kUbiquitin, "--top", "100000"})["records"].at(0);
  int pairs = 0, hits = 0;
  for (const json& pair : all["contacts"])
    if (pair["j"].get<int>() - pair["i"].get<int>() >= 24 && pairs < 76 / 5) {
      ++pairs;
      hits += pair["distance"].get<double>() < 8 ? 1 : 0;
    }
  const json& last = record["precision"][8];
  EXPECT_EQ(last["range"], "long");
  EXPECT_EQ(last["top"], "L/5");
  EXPECT_EQ(last["pairs"], 15);
  EXPECT_EQ(last["hits"], hits);
  EXPECT_EQ(last["considered"], 52 * 53 / 2);
  EXPECT_THAT(read_file(work / "u.svg"), HasSubstr("Below: the structure (Cβ within 8 Å)"));
  // Residues 1 and 17 of ubiquitin's first hairpin touch; below the diagonal, row 17.
  const auto rows = csv_rows(read_file(work / "u.svg.csv"));
  EXPECT_EQ(rows.at(17).at(1), "1");
  EXPECT_EQ(rows.at(76).at(1), "0");
}

// 1UBQ as PyMOL would show it: numbered from 101, one residue inserted.
std::string renumbered(const TemporaryFolder& work) {
  std::istringstream lines(read_file(kUbiquitin));
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("ATOM")) continue;
    const int number = std::stoi(line.substr(22, 4));
    line.replace(22, 5,
                 number < 10 ? fmt::format("{:>4} ", number + 100)
                             : (number == 10 ? " 109A" : fmt::format("{:>4} ", number + 99)));
    out += line + '\n';
  }
  return write_file(work / "renumbered.pdb", out);
}

TEST(Contacts, TheAuthorsNumbersStandBesideOurs) {
  const TemporaryFolder work;
  const std::string file = renumbered(work);
  const json out = groel_json({"contacts", "--structure", file, "--top", "100000"});
  EXPECT_EQ(out["structure"]["chain"], "A");
  const json& record = out["records"][0];
  EXPECT_EQ(record["chain"], "A");
  EXPECT_EQ(record["length"], 76);
  const auto author = [](int i) {
    return i < 10 ? std::to_string(i + 100) : i == 10 ? "109A" : std::to_string(i + 99);
  };
  for (const json& pair : record["contacts"]) {
    EXPECT_EQ(pair["auth_i"], author(pair["i"].get<int>()));
    EXPECT_EQ(pair["auth_j"], author(pair["j"].get<int>()));
  }
  const json plain = groel_json({"contacts", "--structure", kUbiquitin});
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(record["precision"][i], plain["records"][0]["precision"][i]);
  const Outcome text = groel({"contacts", "--structure", file, "-m", kEsm2, "-o", work / "c.rr"});
  EXPECT_THAT(text.out, HasSubstr("numbers in chain A\n")) << text;
  EXPECT_THAT(read_file(work / "c.rr"), HasSubstr("REMARK numbers count the residues below"));
  const Outcome alone = groel({"contacts", "-s", file, "--from-structure", "-o", "-"});
  const auto rows = csv_rows(alone.out);
  EXPECT_EQ(rows.size(), 140U) << alone;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i][2], author(std::stoi(rows[i][1])));
    EXPECT_EQ(rows[i][6], author(std::stoi(rows[i][5])));
  }
  const Outcome table = groel({"contacts", "-s", file, "--from-structure", "-o", work / "m.npz", "--json"});
  EXPECT_EQ(io::read_npz(work / "m.npz").texts.at("row_numbers").at(9), "109A") << table;
}

TEST(Contacts, WithoutBetaCarbonsTheyAreBuilt) {
  const TemporaryFolder work;
  const auto kept = [&](const std::string& name, const std::string& atoms) {
    std::istringstream lines(read_file(kUbiquitin));
    std::string out;
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("ATOM") && atoms.find(line.substr(12, 4)) != std::string::npos) out += line + '\n';
    return write_file(work / name, out);
  };
  const auto contacts = [&](const std::string& file, const std::string& note) {
    const Outcome done = groel({"contacts", "-s", file, "--from-structure", "--json"});
    EXPECT_EQ(done.exit, 0) << done;
    EXPECT_TRUE(note.empty() || done.says(note)) << done;
    const json out = json::parse(done.out);
    EXPECT_TRUE(note.empty() || out["notes"].dump().find(note) != std::string::npos) << out["notes"];
    std::set<std::pair<int, int>> pairs;
    for (const json& pair : out["contacts"]) pairs.emplace(pair["i"], pair["j"]);
    return pairs;
  };
  const auto whole = contacts(kUbiquitin, "left out: 58 waters");
  const auto backbone = contacts(kept("b.pdb", " N   CA  C   O  "), "70 residues have no CB: built from N, CA, C");
  const auto alphas =
      contacts(kept("a.pdb", " CA "), "70 residues have neither CB nor N and C to build it from: CA is used");
  std::size_t common = 0;
  for (const auto& pair : backbone) common += whole.count(pair);
  EXPECT_EQ(whole.size(), 139U);
  EXPECT_EQ(backbone.size(), 138U);
  EXPECT_GE(common, 134U);
  EXPECT_EQ(alphas.size(), 116U);
  const Outcome nothing = groel({"contacts", "-s", kept("o.pdb", " O  "), "--from-structure"});
  EXPECT_EQ(nothing.exit, exit_code(ErrorKind::bad_input)) << nothing;
  EXPECT_TRUE(nothing.says("none of the 76 residues has a CB or CA atom")) << nothing;
}

TEST(Contacts, OtherChainsAreNamed) {
  const Outcome first = groel({"contacts", "-s", kInsulin, "--from-structure"});
  EXPECT_TRUE(first.says("the file has 2 protein chains (A, B): A is taken; --chain takes another")) << first;
  const Outcome named = groel({"contacts", "-s", kInsulin, "--from-structure", "--chain", "A"});
  EXPECT_FALSE(named.says("protein chains")) << named;
}

TEST(Contacts, ASequenceIsMatchedWithTheStructure) {
  const TemporaryFolder work;
  const std::string sequence = io::read_sequences({kProteins}).at(0).sequence;
  const Outcome wrong = groel({"contacts", sequence, "-m", kEsm2, "--structure", kUbiquitin});
  EXPECT_EQ(wrong.exit, 1) << wrong;
  EXPECT_TRUE(
      wrong.says("the structure is not of this sequence: residue GLN 2 is where the sequence has A at position 2"))
      << wrong;
  // A longer sequence than was seen; its other record is not of the structure and fails alone.
  const std::string ubiquitin = "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG";
  const std::string input = write_file(work / "in.fasta", ">long\nAAAA" + ubiquitin + "CC\n>other\nMKTAYIAK\n");
  const json out = groel_json({"contacts", input, "--structure", kUbiquitin, "--chain", "A"}, 1);
  ASSERT_EQ(out["records"].size(), 1U);
  EXPECT_EQ(out["records"][0]["length"], 82);
  EXPECT_EQ(out["records"][0]["precision"][8]["considered"], 52 * 53 / 2);
  EXPECT_EQ(out["errors"][0]["id"], "other");
  EXPECT_THAT(out["errors"][0]["message"].get<std::string>(), HasSubstr("more than the sequence's 8"));
}

TEST(Contacts, OfAStructureAlone) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  std::vector<PdbAtom> atoms;
  for (int i = 0; i < 8; ++i) atoms.push_back({"ALA", "A", i + 1, i < 7 ? 10.0 * i : 3.0});
  atoms.push_back({"GLY", "B", 4, 10, 7.5, 0, "CA"});
  const std::string file = write_file(work / "x.pdb", pdb(atoms));
  const Outcome model = groel({"contacts", "-m", kEsm2, "--structure", file, "--from-structure"});
  EXPECT_EQ(model.exit, exit_code(ErrorKind::usage)) << model;
  EXPECT_TRUE(model.says("--model: a structure alone needs none")) << model;
  const Outcome large = groel({"contacts", "--structure", file, "--from-structure", "--memory", "500"});
  EXPECT_EQ(large.exit, exit_code(ErrorKind::memory)) << large;
  EXPECT_TRUE(large.says("a map of 8 by 8 residues")) << large;
  const Outcome inner = groel({"contacts", "--structure", file, "--from-structure", "-o", "-"});
  EXPECT_EQ(inner.out,
            "chain_i,i,auth_i,residue_i,chain_j,j,auth_j,residue_j,distance\n"
            "A,1,1,A,A,8,8,A,3.000\nA,2,2,A,A,8,8,A,7.000\n")
      << inner;
  const Outcome between = groel({"contacts", "--structure", file, "--from-structure", "--chain", "A,B", "-o",
                                 work / "x.npz", "--picture", work / "x.html", "--json"});
  EXPECT_EQ(between.exit, 0) << between;
  EXPECT_EQ(json::parse(between.out)["contacts"],
            json::parse(R"([{"i": 2, "j": 1, "auth_i": "2", "auth_j": "4", "distance": 7.5}])"));
  const io::NpzFile arrays = io::read_npz(work / "x.npz");
  EXPECT_EQ(arrays.arrays.at("distances").shape, (std::vector<std::int64_t>{8, 1}));
  EXPECT_EQ(values_of_map(arrays.arrays.at("contacts")), (std::vector<float>{0, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(arrays.texts.at("sequences"), (std::vector<std::string>{"AAAAAAAA", "G"}));
}

TEST(Contacts, WhatIsWrongIsSaid) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  const auto expect = [&](std::vector<std::string> arguments, ErrorKind kind, const std::string& text) {
    arguments.insert(arguments.begin(), "contacts");
    const Outcome outcome = groel(arguments);
    EXPECT_EQ(outcome.exit, exit_code(kind)) << outcome;
    EXPECT_TRUE(outcome.says(text)) << outcome;
  };
  expect({"-m", kEsm2, "-s", kInsulin, "--chain", "C"}, ErrorKind::not_found, "its protein chains: A, B");
  expect({"-m", kEsm2, "-s", kInsulin, "--chain", "A,B"}, ErrorKind::usage, "for --from-structure alone");
  expect({"-m", kEsm2}, ErrorKind::usage, "nothing to predict");
  expect({"-m", kEsm2, kProteins, "--chain", "A"}, ErrorKind::usage, "add --structure");
  expect({"-m", kEsm2, kProteins, "--picture", work / "x.gif"}, ErrorKind::usage, "use .svg, .png or .html");
  expect({"-m", kEsm2, kProteins, "-o", work / "x.csv"}, ErrorKind::usage, "csv cannot hold contacts");
  EXPECT_TRUE(work.names().empty()) << "no journal either";
  expect({"-m", kEsm2, kProteins, "--resume"}, ErrorKind::usage, "name it with --output");
  expect({"--from-structure"}, ErrorKind::usage, "no structure is named");
  expect({"--from-structure", "-s", kInsulin, "-o", work / "x.rr"}, ErrorKind::usage, ".npz");
  expect({"-m", kEsm2, "-s", write_file(work / "empty.pdb", "")}, ErrorKind::bad_input, "the file is empty");
  expect({"-m", kEsm2, write_file(work / "empty.fasta", "")}, ErrorKind::bad_input, "empty.fasta");
  expect({"-m", headless(work), kProteins}, ErrorKind::unsupported, "groel fit-contacts");
}

}  // namespace
}  // namespace groel::testing
