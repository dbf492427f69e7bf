// Checks of outputs that all commands share: formats by extension, outputs that are inputs, special files, pipes.
#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "base/compress.h"
#include "io/compressed.h"
#include "support/pictures.h"
#include "tasks/jsonl.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

std::string plain(const std::string& path) {
  auto reader = io::decompress(io::open_bytes(path), path);
  std::string out;
  char piece[4096];
  for (std::size_t got = 0; (got = reader->read(piece)) > 0;) out.append(piece, got);
  return out;
}

class Outputs : public ::testing::Test {
 protected:
  Outputs() {
    write_file(folder_ / "in.fasta", fasta({{"P1", "MKVLAAGIVGKK"}, {"=P2", "MKTAYIAKQRQISFVK"}}));
    write_file(folder_ / "one.fasta", fasta({{"P1", "MKVLAAGIVGKK"}}));
  }
  Process::Setup here() const { return {.folder = folder_.path().string(), .input = {}, .environment = {}}; }
  Outcome run(const std::string& line) const { return bash("$GROEL " + line, here()); }
  // That must be refused as a mistake of the caller, and touch nothing.
  void refused(const std::string& line, const std::vector<std::string>& texts) const {
    const auto before = folder_.names();
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.exit, 2) << line << '\n' << outcome;
    for (const std::string& text : texts)
      EXPECT_TRUE(outcome.says(text)) << line << " lacks " << text << ": " << outcome;
    EXPECT_EQ(folder_.names(), before) << line;
  }
  void embedded() const {
    ASSERT_EQ(run("embed in.fasta -m " + kEsm2 + " -o in.h5").exit, 0);
    ASSERT_EQ(run("search index in.h5 -o in.index").exit, 0);
  }
  std::string model() const { return " -m " + kEsm2 + " "; }
  TemporaryFolder folder_;
};

TEST_F(Outputs, AnUnknownExtensionIsRefusedWithTheKnownOnes) {
  GROEL_NEEDS_PICTURES();
  embedded();
  for (const char* name : {"x.pt", "x.parquet", "x.xyz", "x.xlsx", "x.json", "x.h5.gz", "x.gz", "x.txt", "x.v2"}) {
    refused("embed in.fasta" + model() + "-o " + name, {name, ".h5"});
    refused("logits in.fasta" + model() + "-o " + name, {name, ".h5"});
    refused("contacts in.fasta" + model() + "-o " + name, {name, ".rr"});
  }
  for (const char* name : {"x.pt", "x.parquet", "x.xlsx", "x.h5", "x.txt", "x.gz", "x.csv.bz2"}) {
    const std::string out = std::string(" -o ") + name;
    refused("score one.fasta" + model() + "--scan" + out, {name, ".csv, .tsv"});
    refused("fill-mask one.fasta" + model() + "-p 3" + out, {name, ".csv, .tsv"});
    refused("project in.h5" + out, {name, ".csv, .tsv"});
    refused("search query in.index --ids P1" + out, {name, ".csv, .tsv"});
    refused("tokens" + model() + out, {name, ".csv, .tsv", ".npz"});
    refused("attention one.fasta" + model() + out, {name, ".csv, .tsv", ".npz"});
  }
  for (const char* name : {"x.pdf", "x.jpg", "x.eps", "x.svg.gz", "x.csv"}) {
    refused("score one.fasta" + model() + "--scan --picture " + name, {name, ".svg, .png or .html"});
    refused("curves nowhere --picture " + std::string(name), {name, ".svg, .png or .html"});
  }
  for (const char* name : {"x.csv", "x.h5", "x.json"}) refused(std::string("search index in.h5 -o ") + name, {name});
}

TEST_F(Outputs, WhatIsMeantIsNamed) {
  GROEL_NEEDS_PICTURES();
  EXPECT_TRUE(run("embed in.fasta" + model() + "-o x.pt").says("PyTorch reads .safetensors"));
  EXPECT_TRUE(run("embed in.fasta" + model() + "-o x.xlsx").says("spreadsheets open .csv"));
  EXPECT_TRUE(run("score one.fasta" + model() + "--scan --picture x.pdf").says(".svg prints as sharply"));
}

TEST_F(Outputs, AFormatThatTheNameDoesNotSayIsSaid) {
  EXPECT_TRUE(run("embed in.fasta" + model() + "-o bare").says("bare: HDF5"));
  EXPECT_TRUE(run("score one.fasta" + model() + "--scan -o scan").says("scan: CSV"));
  EXPECT_EQ(read_file(folder_ / "scan").substr(0, 7), "mutant,") << read_file(folder_ / "scan").substr(0, 40);
  EXPECT_TRUE(run("contacts in.fasta" + model() + "-o touch").says("touch: HDF5"));
  const Outcome other = run("embed in.fasta" + model() + "-f csv -o x.h5");
  EXPECT_EQ(other.exit, 0) << other;
  EXPECT_TRUE(other.says("warning: x.h5 will be CSV")) << other;
}

TEST_F(Outputs, TablesAreTabsJsonOrCompressedByTheirName) {
  const std::string score = "score one.fasta" + model() + "--scan -o ";
  for (const char* name : {"a.csv", "a.tsv", "a.json", "b.csv.gz", "b.tsv.zst", "b.json.gz"})
    ASSERT_EQ(run(score + name).exit, 0) << name;
  const std::string csv = read_file(folder_ / "a.csv");
  std::string tsv = csv;
  std::replace(tsv.begin(), tsv.end(), ',', '\t');
  EXPECT_EQ(read_file(folder_ / "a.tsv"), tsv);
  EXPECT_EQ(plain(folder_ / "b.csv.gz"), csv);
  EXPECT_EQ(plain(folder_ / "b.tsv.zst"), tsv);
  EXPECT_EQ(plain(folder_ / "b.json.gz"), read_file(folder_ / "a.json"));
  EXPECT_EQ(json::parse(read_file(folder_ / "a.json"))["variants"].size(), 12U * 19U);
  EXPECT_EQ(read_file(folder_ / "b.csv.gz").substr(0, 2), "\x1f\x8b");
  for (const char* name : {"a.jsonl", "b.jsonl.zst", "c.csv", "d.csv.gz"})
    ASSERT_EQ(run("embed in.fasta" + model() + "-o " + name).exit, 0) << name;
  EXPECT_EQ(plain(folder_ / "b.jsonl.zst"), read_file(folder_ / "a.jsonl"));
  EXPECT_EQ(plain(folder_ / "d.csv.gz"), read_file(folder_ / "c.csv"));
  ASSERT_EQ(run("contacts in.fasta" + model() + "-o map.rr.gz").exit, 0);
  EXPECT_NE(plain(folder_ / "map-P1.rr.gz").find("PFRMAT RR"), std::string::npos);
}

TEST_F(Outputs, AnOutputThatIsAnInputIsRefusedWhateverItsName) {
  GROEL_NEEDS_PICTURES();
  embedded();
  write_file(folder_ / "t.csv", "mutant,score\nM1A,1\n");
  fs::create_hard_link(folder_ / "in.fasta", folder_ / "hard.jsonl");
  fs::create_symlink("in.fasta", folder_ / "soft.jsonl");
  fs::copy_file(folder_ / "in.fasta", folder_ / "own.csv");
  const std::string before = read_file(folder_ / "in.fasta"), index = read_file(folder_ / "in.index");
  for (const char* name : {"in.fasta", "./in.fasta", "$PWD/in.fasta", "hard.jsonl", "soft.jsonl"})
    refused("embed in.fasta" + model() + "-f jsonl --overwrite -o " + name, {"is an input, too"});
  refused("embed - " + model() + "-f jsonl --overwrite -o in.fasta < in.fasta", {"standard input"});
  refused("score one.fasta" + model() + "-v t.csv --overwrite -o t.csv", {"is an input, too"});
  refused("score own.csv" + model() + "--scan --overwrite -o ./own.csv", {"is an input, too"});
  fs::rename(folder_ / "t.csv", folder_ / "p.svg.csv");
  refused("score one.fasta" + model() + "-v p.svg.csv --overwrite --picture p.svg", {"p.svg.csv", "is an input, too"});
  refused("search index in.h5 --overwrite -o in.h5", {"in.h5"});
  fs::create_hard_link(folder_ / "in.h5", folder_ / "other.index");
  refused("search index in.h5 --overwrite -o other.index", {"is an input, too"});
  fs::create_hard_link(folder_ / "in.index", folder_ / "answers.csv");
  refused("search query in.index --ids P1 --overwrite -o answers.csv", {"is an input, too"});
  fs::create_symlink("in.h5", folder_ / "map.csv");
  refused("project in.h5 --overwrite -o map.csv", {"is an input, too"});
  EXPECT_EQ(read_file(folder_ / "in.fasta"), before);
  EXPECT_EQ(read_file(folder_ / "in.index"), index);
}

TEST_F(Outputs, NothingIsWrittenAmongTheFilesOfTheModel) {
  fs::copy(kEsm2, folder_ / "model", fs::copy_options::recursive);
  fs::create_symlink("model", folder_ / "alias");
  for (const char* name : {"model/config.json", "model/x.jsonl", "alias/x.jsonl", "./model/../model/x.jsonl"})
    refused(std::string("embed in.fasta -m model -f jsonl --overwrite -o ") + name, {"model"});
  for (const char* name : {"model", "alias", "model/", "."})
    refused(std::string("convert -m model --overwrite --output ") + name, {"--output"});
  refused("train mlm --from model --data in.fasta --overwrite --output model", {"--output"});
}

TEST_F(Outputs, TwoOutputsAreNeverOneFile) {
  GROEL_NEEDS_PICTURES();
  refused("score one.fasta" + model() + "--scan -o p.svg.csv --picture p.svg", {"--output and --picture"});
  write_file(folder_ / "p.svg.csv", "precious");
  refused("score one.fasta" + model() + "--scan --picture p.svg", {"p.svg.csv", "--overwrite"});
  EXPECT_EQ(read_file(folder_ / "p.svg.csv"), "precious");
}

TEST_F(Outputs, SpecialFilesAreWrittenToAndStay) {
  const std::vector<std::string> commands{"embed in.fasta" + model() + "-f csv", "embed in.fasta" + model() + "-f npz",
                                          "embed in.fasta" + model() + "-f hdf5",
                                          "score one.fasta" + model() + "--scan"};
  fs::create_symlink("/dev/null", folder_ / "sink");
  for (const std::string& command : commands)
    for (const char* more : {" -o /dev/null", " -o /dev/null --overwrite", " -o sink"}) {
      const Outcome done = run(command + more);
      EXPECT_EQ(done.exit, 0) << command << more << done;
      EXPECT_TRUE(fs::is_character_file("/dev/null"));
      EXPECT_TRUE(fs::is_symlink(folder_ / "sink"));
    }
  for (const std::string& command : commands) {
    const Outcome full = run(command + " -o /dev/full");
    EXPECT_EQ(full.exit, 6) << command << full;
    EXPECT_TRUE(full.says("No space left on device")) << command << full;
    EXPECT_FALSE(full.says("--resume")) << command << full;
  }
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"in.fasta", "one.fasta", "sink"}));
}

TEST_F(Outputs, PipesAndStandardOutputByName) {
  const Outcome direct = run("score one.fasta" + model() + "--scan");
  for (const char* name : {"-", "/dev/stdout", "/dev/fd/1", ">(cat)"})
    EXPECT_EQ(run("score one.fasta" + model() + "--scan -o " + name + " | cat").out, direct.out) << name;
  EXPECT_EQ(run("score one.fasta" + model() + "--scan -o /dev/stdout > file.csv").exit, 0);
  EXPECT_EQ(read_file(folder_ / "file.csv"), direct.out);
  const Outcome lines = run("embed in.fasta" + model() + "-o /dev/stdout");
  EXPECT_EQ(json_lines(lines.out).size(), 2U) << lines;
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const Outcome fifo = bash("cat pipe > got & $GROEL embed in.fasta" + model() + "-f csv -o pipe; wait", here());
  EXPECT_EQ(fifo.exit, 0) << fifo;
  EXPECT_TRUE(fs::is_fifo(folder_ / "pipe"));
  EXPECT_EQ(read_file(folder_ / "got").substr(0, 3), "id,");
}

TEST_F(Outputs, AClosedPipeEndsSilently) {
  write_file(folder_ / "many.fasta", many_proteins(200));
  for (const std::string& command :
       {"embed many.fasta -f jsonl -i per-residue" + model(),
        "embed many.fasta -i per-residue -o /dev/stdout" + model(),
        "score many.fasta --record protein0 --scan" + model(), "tokens --json" + model(), std::string("--help")}) {
    const Outcome cut = bash("$GROEL -q " + command + " | true; exit ${PIPESTATUS[0]}", here());
    EXPECT_TRUE(cut.exit == 128 + SIGPIPE || cut.exit == 0) << command << cut;
    EXPECT_FALSE(cut.says("Broken pipe")) << command << cut;
  }
}

TEST_F(Outputs, CellsThatASpreadsheetWouldExecuteAreGuardedOnRequest) {
  const std::string embed = "embed in.fasta" + model() + "-f csv";
  EXPECT_NE(run(embed).out.find("\n=P2,"), std::string::npos);
  EXPECT_NE(run(embed + " --csv-guard").out.find("\n'=P2,"), std::string::npos);
  const Outcome before = bash("$GROEL --csv-guard embed in.fasta -f csv" + model(), here());
  EXPECT_NE(before.out.find("\n'=P2,"), std::string::npos) << before;
  const Outcome guarded = run("fill-mask in.fasta" + model() + "-p 3 -o - --csv-guard");
  EXPECT_NE(guarded.out.find("\n'=P2,3,"), std::string::npos) << guarded;
  const Outcome scores = run("score one.fasta" + model() + "--scan --csv-guard");
  EXPECT_EQ(scores.out.find('\''), std::string::npos) << "negative numbers stay numbers";
}

TEST_F(Outputs, ControlCharactersOfNamesAreShownInTalk) {
  write_file(folder_ / "evil.fasta",
             ">a\x1b[31m\xe2\x80\xae"
             "b\nMK1\x01VL\n>ok\nMKVL\n");
  const Outcome outcome = run("embed evil.fasta" + model() + "-f jsonl");
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos) << outcome;
  EXPECT_EQ(outcome.err.find("\xe2\x80\xae"), std::string::npos) << outcome;
  EXPECT_TRUE(outcome.says("\\x1b[31m")) << outcome;
  const Outcome missing = run("info $'no\\x1b[2Jthing'");
  EXPECT_EQ(missing.err.find('\x1b'), std::string::npos) << missing;
}

TEST_F(Outputs, ATableAndItsPictureAppearTogether) {
  GROEL_NEEDS_PICTURES();
  ::mkdir((folder_ / "shut").c_str(), 0700);
  fs::create_directory(folder_ / "shut/p.svg.csv");  // the last file of the command cannot get its name
  const Outcome failed = run("score one.fasta" + model() + "--scan -o a.csv --picture shut/p.svg --overwrite");
  EXPECT_NE(failed.exit, 0) << failed;
  const Outcome again = run("score one.fasta" + model() + "--scan -o b.csv --picture p.svg");
  EXPECT_EQ(again.exit, 0) << again;
  for (const char* name : {"b.csv", "p.svg", "p.svg.csv"}) EXPECT_TRUE(fs::exists(folder_ / name)) << name;
  for (const std::string& name : folder_.names()) EXPECT_FALSE(name.ends_with(".tmp")) << name;
}

TEST_F(Outputs, KilledAtAnyMomentTheCommandCanBeRunAgainAsItWas) {
  const std::vector<std::string> files{"a.csv", "p.svg", "p.svg.csv"};
  const auto command = groel_command(
      {"score", folder_ / "one.fasta", "-m", kEsm2, "--scan", "-o", folder_ / "a.csv", "--picture", folder_ / "p.svg"});
  const auto standing = [&] {
    return std::count_if(files.begin(), files.end(),
                         [&](const std::string& name) { return fs::exists(folder_ / name); });
  };
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(Process(command, {}).wait().exit, 0);
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  for (int round = 0; round < 15; ++round) {
    for (const std::string& name : files) fs::remove(folder_ / name);
    Process process(command, {});
    std::this_thread::sleep_for(whole * (55 + 3 * round) / 100);
    process.kill(SIGKILL);
    process.wait();
    ASSERT_TRUE(standing() == 0 || standing() == 3) << standing();
  }
  for (const std::string& name : files) fs::remove(folder_ / name);
  ASSERT_EQ(Process(command, {}).wait().exit, 0);
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"a.csv", "in.fasta", "one.fasta", "p.svg", "p.svg.csv"}));
}

TEST_F(Outputs, RecordsCountAgainstTheMemoryAllowed) {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += ">p" + std::to_string(i) + "\nM" + std::to_string(i) + "\n";
  for (char& c : many)
    if (c >= '0' && c <= '9') c = static_cast<char>('A' + (c - '0'));
  write_file(folder_ / "many.fasta", many);
  const Outcome refused = run("embed many.fasta" + model() + "-o x.h5 --memory 80M");
  EXPECT_EQ(refused.exit, 7) << refused;
  EXPECT_TRUE(refused.says("the records (")) << refused;
}

}  // namespace
}  // namespace groel::testing
