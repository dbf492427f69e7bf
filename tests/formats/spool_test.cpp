// The journal of a run: what was appended comes back, whatever happened to the process or the file in between.
#include "formats/spool.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "sample.h"

namespace groel::formats {
namespace {

const nlohmann::json kIdentity{{"model", "tiny"}, {"input", "ab12"}, {"options", {{"dtype", "bf16"}, {"layers", {6}}}}};
constexpr Spool::OpenOptions kNew{};
constexpr Spool::OpenOptions kResume{true, false};
constexpr Spool::OpenOptions kOverwrite{false, true};

Spool::Entry entry(std::int64_t key, std::int64_t length = 2) {
  const ResultSchema schema{{{Output::mean, 6, 3}, {Output::per_residue, 6, 2}}, 0, 0, {}};
  return {sample_result(schema, static_cast<std::size_t>(key), "x", length).items, {}};
}

void expect_entry(const Spool& spool, std::int64_t key, const Spool::Entry& expected) {
  ASSERT_TRUE(spool.has(key)) << key;
  const Spool::Entry got = spool.read(key);
  ASSERT_EQ(got.items.size(), expected.items.size());
  for (std::size_t i = 0; i < got.items.size(); ++i) {
    EXPECT_EQ(got.items[i].output, expected.items[i].output);
    EXPECT_EQ(got.items[i].layer, expected.items[i].layer);
    EXPECT_EQ(got.items[i].shape, expected.items[i].shape);
    EXPECT_TRUE(got.items[i].values == expected.items[i].values) << key;
  }
  EXPECT_EQ(got.error.has_value(), expected.error.has_value());
}

void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void add(const std::filesystem::path& folder, std::int64_t begin, std::int64_t end) {
  Spool spool = Spool::open(folder, kIdentity, begin == 0 ? kNew : kResume);
  for (std::int64_t key = begin; key < end; ++key) spool.append(key, entry(key));
}

TEST(Spool, EntriesComeBackAfterReopening) {
  const TemporaryFolder folder;
  const auto path = folder / "out.partial";
  {
    Spool spool = Spool::open(path, kIdentity, kNew);
    EXPECT_EQ(spool.count(), 0);
    spool.append(7, entry(7));
    spool.append(3, {{}, Error(ErrorKind::bad_input, {"too long", "in.fa:9 \xff", "split it"})});
    spool.append(1LL << 40, entry(5, 0));
    expect_entry(spool, 7, entry(7));
    spool.sync();
  }
  Spool spool = Spool::open(path, kIdentity, kResume);
  EXPECT_EQ(spool.count(), 3);
  EXPECT_FALSE(spool.has(0));
  expect_entry(spool, 7, entry(7));
  expect_entry(spool, 1LL << 40, entry(5, 0));
  const Spool::Entry failed = spool.read(3);
  ASSERT_TRUE(failed.error);
  EXPECT_TRUE(failed.items.empty());
  EXPECT_EQ(failed.error->kind(), ErrorKind::bad_input);
  EXPECT_EQ(failed.error->parts().what, "too long");
  EXPECT_EQ(failed.error->parts().where, "in.fa:9 \xEF\xBF\xBD");
  EXPECT_EQ(failed.error->parts().remedy, "split it");
  EXPECT_EQ(error_of([&] { spool.read(0); }).kind(), ErrorKind::internal);
}

TEST(Spool, EveryKindOfErrorComesBack) {
  const TemporaryFolder folder;
  Spool spool = Spool::open(folder / "p", kIdentity, kNew);
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::internal); ++kind) {
    spool.append(kind, {{}, Error(static_cast<ErrorKind>(kind), "x")});
    EXPECT_EQ(static_cast<int>(spool.read(kind).error->kind()), kind);
  }
}

TEST(Spool, AnyFloatComesBackBitForBit) {
  const TemporaryFolder folder;
  Spool spool = Spool::open(folder / "p", kIdentity, kNew);
  spool.append(0, {{{Output::mean, 6, {4}, {NAN, -0.0F, INFINITY, 1e-45F}}}, {}});
  const auto values = spool.read(0).items[0].values;
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_TRUE(std::signbit(values[1]));
  EXPECT_EQ(values[2], INFINITY);
  EXPECT_EQ(values[3], 1e-45F);
}

TEST(Spool, ASecondEntryOfAKeySupersedes) {
  const TemporaryFolder folder;
  {
    Spool spool = Spool::open(folder / "p", kIdentity, kNew);
    spool.append(1, entry(1));
    spool.append(1, entry(9, 4));
    EXPECT_EQ(spool.count(), 1);
    expect_entry(spool, 1, entry(9, 4));
  }
  expect_entry(Spool::open(folder / "p", kIdentity, kResume), 1, entry(9, 4));
}

TEST(Spool, ATornEndIsCutWhereverItTore) {
  const TemporaryFolder folder;
  const auto path = folder / "p";
  add(path, 0, 2);
  const auto two = std::filesystem::file_size(path / "items.bin");
  add(path, 2, 3);
  const std::string all = read_bytes(path / "items.bin");
  ASSERT_GT(all.size(), two);
  for (std::size_t size = two; size < all.size(); ++size) {
    write_bytes(path / "items.bin", all.substr(0, size));
    Spool spool = Spool::open(path, kIdentity, kResume);
    ASSERT_EQ(spool.count(), 2) << size;
    ASSERT_EQ(std::filesystem::file_size(path / "items.bin"), two) << size;
    spool.append(2, entry(2));
    ASSERT_TRUE(read_bytes(path / "items.bin") == all) << size;
  }
}

TEST(Spool, ADamagedEntryIsAsIfNeverWritten) {
  const TemporaryFolder folder;
  const auto path = folder / "p";
  add(path, 0, 1);
  const auto one = std::filesystem::file_size(path / "items.bin");
  add(path, 1, 2);
  const auto two = std::filesystem::file_size(path / "items.bin");
  add(path, 2, 3);
  const std::string all = read_bytes(path / "items.bin");
  for (std::size_t at = one; at < two; ++at) {
    std::string damaged = all;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write_bytes(path / "items.bin", damaged);
    Spool spool = Spool::open(path, kIdentity, kResume);
    EXPECT_TRUE(spool.has(0)) << at;
    EXPECT_FALSE(spool.has(1)) << at;
    // With a damaged head nothing after it can be found; with a damaged payload all of it can.
    EXPECT_EQ(spool.has(2), at >= one + 32) << at;
    spool.append(1, entry(1));
    expect_entry(spool, 1, entry(1));
    if (spool.has(2)) expect_entry(spool, 2, entry(2));
  }
}

TEST(Spool, ReadingNoticesWhatTheDiskDidSinceOpening) {
  const TemporaryFolder folder;
  const auto path = folder / "p";
  Spool spool = Spool::open(path, kIdentity, kNew);
  spool.append(0, entry(0));
  const std::string sound = read_bytes(path / "items.bin");
  for (std::size_t at = 32; at < sound.size(); ++at) {
    std::fstream file(path / "items.bin", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(sound[at] ^ 1)).flush();
    const Error error = error_of([&] { spool.read(0); });
    EXPECT_EQ(error.kind(), ErrorKind::io) << at;
    EXPECT_EQ(error.parts().what, "entry 0 of the journal is not what was written");
    file.seekp(static_cast<std::streamoff>(at));
    file.put(sound[at]).flush();
  }
  expect_entry(spool, 0, entry(0));
}

TEST(Spool, AnotherRunIsRefusedSayingWhatDiffers) {
  const TemporaryFolder folder;
  const auto path = folder / "p";
  add(path, 0, 2);
  auto other = kIdentity;
  other["options"]["dtype"] = "f32";
  other["input"] = "cd34";
  other["new"] = 1;
  const Error error = error_of([&] { Spool::open(path, other, kResume); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.parts().where, path.string());
  EXPECT_EQ(error.parts().what,
            "the journal is of another run (input: \"ab12\" there, \"cd34\" now; new: absent there, 1 now; "
            "options/dtype: \"bf16\" there, \"f32\" now)");
  EXPECT_EQ(Spool::open(path, kIdentity, kResume).count(), 2) << "the refusal changed the journal";
  EXPECT_EQ(Spool::open(path, other, {true, true}).count(), 0);
  EXPECT_EQ(Spool::open(path, other, kResume).count(), 0);
}

TEST(Spool, WithoutResumeAJournalIsRefused) {
  const TemporaryFolder folder;
  const auto path = folder / "p";
  add(path, 0, 2);
  const Error error = error_of([&] { Spool::open(path, kIdentity, kNew); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_NE(error.parts().remedy.find("`resume`"), std::string::npos);
  EXPECT_EQ(Spool::open(path, kIdentity, {true, true}).count(), 2);
  EXPECT_EQ(Spool::open(path, kIdentity, kOverwrite).count(), 0);
}

TEST(Spool, DamagedOrMissingRunFile) {
  const TemporaryFolder folder;
  const auto path = folder / "p";
  for (const char* text : {"{\"format\": \"gro", "[]", "{}", "{\"format\": \"other\"}"}) {
    add(path, 0, 1);
    write_bytes(path / "run.json", text);
    EXPECT_EQ(error_of([&] { Spool::open(path, kIdentity, kResume); }).kind(), ErrorKind::usage) << text;
    Spool::open(path, kIdentity, kOverwrite).remove();
  }
  add(path, 0, 1);
  std::filesystem::remove(path / "run.json");
  EXPECT_EQ(error_of([&] { Spool::open(path, kIdentity, kResume); }).kind(), ErrorKind::usage);
  EXPECT_EQ(error_of([&] { Spool::open(path, kIdentity, kNew); }).kind(), ErrorKind::usage);
}

TEST(Spool, ASecondUserIsTurnedAway) {
  const TemporaryFolder folder;
  const auto path = folder / "p";
  {
    const Spool first = Spool::open(path, kIdentity, kNew);
    const Error error = error_of([&] { Spool::open(path, kIdentity, kResume); });
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_EQ(error.parts().what, "the journal is in use by another process");
    EXPECT_EQ(error.parts().where, path.string());
  }
  EXPECT_EQ(Spool::open(path, kIdentity, kResume).count(), 0);
}

TEST(Spool, RemoveLeavesNothingOfItsOwn) {
  const TemporaryFolder folder;
  Spool::open(folder / "p", kIdentity, kNew).remove();
  EXPECT_FALSE(std::filesystem::exists(folder / "p"));
  Spool spool = Spool::open(folder / "q", kIdentity, kNew);
  spool.append(0, entry(0));
  write_bytes(folder / "q/notes.txt", "mine");
  spool.remove();
  EXPECT_EQ(spool.count(), 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "q"), {}), 1);
}

TEST(Spool, KilledInTheMiddleKeepsAPrefix) {
  const TemporaryFolder folder;
  for (int round = 0; round < 20; ++round) {
    const auto path = folder / ("p" + std::to_string(round));
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      Spool spool = Spool::open(path, kIdentity, kNew);
      for (std::int64_t key = 0;; ++key) {
        spool.append(key, entry(key, 1 + key % 3000));
        if (::write(ends[1], "x", 1) != 1) ::_exit(1);
      }
    }
    ::close(ends[1]);
    std::int64_t told = 0;
    char byte;
    while (told < 10 + 37 * round && ::read(ends[0], &byte, 1) == 1) ++told;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &byte, 1) == 1) ++told;
    ::close(ends[0]);
    const Spool spool = Spool::open(path, kIdentity, kResume);
    EXPECT_GE(spool.count(), told);
    EXPECT_LE(spool.count(), told + 1);
    for (std::int64_t key = 0; key < spool.count(); ++key) expect_entry(spool, key, entry(key, 1 + key % 3000));
  }
}

TEST(Spool, AFullDiskLeavesItSound) {
  const TemporaryFolder folder;
  const auto path = folder / "p";
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    Spool spool = Spool::open(path, kIdentity, kNew);
    spool.append(0, entry(0));
    const rlimit limit{40'000, 40'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int status = 1;
    try {
      spool.append(1, entry(1, 10'000));
    } catch (const Error& error) {
      status = error.kind() == ErrorKind::io ? 0 : 2;
    }
    spool.append(2, entry(2));
    if (spool.has(1) || spool.count() != 2 || spool.read(2).items[0].values != entry(2).items[0].values) status = 3;
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const Spool spool = Spool::open(path, kIdentity, kResume);
  EXPECT_EQ(spool.count(), 2);
  expect_entry(spool, 0, entry(0));
  expect_entry(spool, 2, entry(2));
}

}  // namespace
}  // namespace groel::formats
