// Work shared by ranks: order, taking over, silence, errors, and what launchers say.
#include "ranks/crew.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <set>

#include "ranks/launched.h"
#include "support/team.h"

namespace groel::ranks {
namespace {

using testing::RankThreads;
using testing::Team;

// A shard is a number; what comes of it its square.
Bytes number(std::int64_t value) { return MessageWriter().put(value).take(); }
std::int64_t value_of(BytesView bytes) { return MessageReader(bytes).get<std::int64_t>(); }
Bytes square(BytesView, BytesView shard) { return number(value_of(shard) * value_of(shard)); }

struct Shards {
  explicit Shards(std::int64_t count) : count(count) {}
  Crew::Shared shared(const std::string& work) {
    return {work,
            {},
            [this]() -> std::optional<Bytes> { return given < count ? std::optional(number(given++)) : std::nullopt; },
            [this](BytesView result) { results.push_back(value_of(result)); }};
  }
  void expect_squares() const {
    ASSERT_EQ(results.size(), static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], i * i);
  }
  std::int64_t count, given = 0;
  std::vector<std::int64_t> results;
};

TEST(Crew, TakesResultsInTheOrderOfShards) {
  for (const int size : {2, 4}) {
    // The first shards take longest.
    Team team(size, {{"square", [](BytesView setup, BytesView shard) {
                        std::this_thread::sleep_for(std::chrono::milliseconds(value_of(shard) % 5 == 0 ? 20 : 1));
                        return square(setup, shard);
                      }}});
    Shards shards(50);
    team.crew.run(shards.shared("square"));
    shards.expect_squares();
    EXPECT_EQ(team.busy_ranks().size(), static_cast<std::size_t>(size));
    Shards again(7);  // a crew runs several times
    team.crew.run(again.shared("square"));
    again.expect_squares();
  }
}

TEST(Crew, NothingIsNothing) {
  Team team(2, {{"square", square}});
  Shards none(0);
  team.crew.run(none.shared("square"));
  EXPECT_TRUE(none.results.empty());
}

// The leader holds the second shard back while it computes the first: somebody else takes it.
TEST(Crew, RanksWithoutWorkTakeOverWhatHasNotBegun) {
  std::atomic<int> long_ones{0};
  Team team(2, {{"square", [&](BytesView setup, BytesView shard) {
                   if (value_of(shard) == 0) {
                     ++long_ones;
                     std::this_thread::sleep_for(std::chrono::milliseconds(600));
                   }
                   return square(setup, shard);
                 }}});
  Shards shards(4);  // two for each rank
  team.crew.run(shards.shared("square"));
  shards.expect_squares();
  EXPECT_EQ(long_ones, 1);
  // Shard 2 was given to the rank that computes shard 0, and came of the other one.
  EXPECT_NE(team.crew.costs()[0].rank, team.crew.costs()[2].rank);
}

TEST(Crew, GoesOnWithoutASilentRank) {
  std::atomic<RankThreads*> ranks{nullptr};
  Team team(3, {{"square", [&](BytesView setup, BytesView shard) {
                   if (value_of(shard) == 1 && ranks != nullptr) ranks.load()->silence(1);
                   return square(setup, shard);
                 }}});
  ranks = &team.ranks;
  Shards shards(20);
  team.crew.run(shards.shared("square"));
  shards.expect_squares();
  ASSERT_EQ(team.crew.lost().size(), 1U);
  EXPECT_EQ(team.crew.lost()[0].find("rank 1 ("), 0U);
  EXPECT_NE(team.sink.said.find("rank 1 ("), std::string::npos);
  EXPECT_FALSE(team.busy_ranks().contains(1));
}

TEST(Crew, AnErrorNamesItsRank) {
  std::set<std::string> where;
  for (int round = 0; round < 2; ++round) {
    Team team(2, {{"square", [](BytesView, BytesView shard) -> Bytes {
                     std::this_thread::sleep_for(std::chrono::milliseconds(5));
                     if (value_of(shard) == 1) throw Error(ErrorKind::memory, {"too little", "shard", "take more"});
                     return number(value_of(shard) * value_of(shard));
                   }}});
    Shards shards(6);
    try {
      team.crew.run(shards.shared("square"));
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::memory);
      EXPECT_EQ(error.parts().what, "too little");
      EXPECT_EQ(error.parts().remedy, "take more");
      where.insert(error.parts().where.substr(0, 8));  // the second shard is rank 1's
    }
  }
  EXPECT_EQ(where, (std::set<std::string>{"rank 1 ("}));
}

TEST(Crew, AllRanksAreToldAndChecked) {
  std::atomic<int> told{0};
  Team team(4, {{"square", square}, {"tell", [&](BytesView setup, BytesView) {
                                       ++told;
                                       return number(value_of(setup) + 1);
                                     }}});
  int checked = 0;
  team.crew.tell("tell", number(41), [&](BytesView result) {
    EXPECT_EQ(value_of(result), 42);
    ++checked;
  });
  Shards shards(40);
  team.crew.run(shards.shared("square"));
  EXPECT_EQ(told, 3);
  EXPECT_EQ(checked, 3);
  team.crew.tell("tell", number(1), [](BytesView) { throw Error(ErrorKind::bad_model, "another one"); });
  Shards more(40);
  try {
    team.crew.run(more.shared("square"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_model);
    EXPECT_EQ(error.parts().where.find("rank "), 0U);
  }
}

TEST(RankBytes, ComeBackAsTheyWere) {
  MessageWriter out;
  out.put(3.5).put_text("héllo").put_all(std::vector<std::int32_t>{1, -2}).put_text("");
  put_error(out, Error(ErrorKind::io, {"what", "where", "remedy"}));
  const Bytes bytes = out.take();
  MessageReader in(bytes);
  EXPECT_EQ(in.get<double>(), 3.5);
  EXPECT_EQ(in.get_text(), "héllo");
  EXPECT_EQ(in.get_all<std::int32_t>(), (std::vector<std::int32_t>{1, -2}));
  EXPECT_EQ(in.get_text(), "");
  const Error error = get_error(in);
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_STREQ(error.what(), Error(ErrorKind::io, {"what", "where", "remedy"}).what());
  EXPECT_TRUE(in.done());
  EXPECT_THROW(in.get<int>(), Error);
  MessageReader cut(BytesView(bytes).first(12));
  cut.get<double>();
  EXPECT_THROW(cut.get_text(), Error);
}

TEST(RankShare, CountsWhoHasTheSameCores) {
  const std::vector<RankFacts> all = {
      {"a", 1, "0-3", "", ""}, {"a", 2, "0-3", "", ""}, {"a", 3, "4-7", "", ""}, {"b", 1, "0-3", "", ""}};
  EXPECT_EQ(share_of(0, all).on_host, 3);
  EXPECT_EQ(share_of(0, all).on_cores, 2);
  EXPECT_EQ(share_of(2, all).on_cores, 1);
  EXPECT_EQ(share_of(3, all).on_host, 1);
  EXPECT_EQ(rank_name(3, all[3]), "rank 3 (b, process 1)");
  const RankFacts here = RankFacts::here();
  EXPECT_EQ(RankFacts::of(here.bytes()).cores, here.cores);
  EXPECT_EQ(RankFacts::of(here.bytes()).isa, here.isa);
}

class LaunchedBy : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMI_SIZE", "PMI_RANK",
                             "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "GROEL_MPI"})
      ::unsetenv(name);
  }
  void TearDown() override { SetUp(); }
};

TEST_F(LaunchedBy, TheEnvironmentSaysWhatStartedTheCopies) {
  EXPECT_EQ(launched().copies, 1);
  ::setenv("SLURM_STEP_NUM_TASKS", "3", 1);
  ::setenv("SLURM_PROCID", "2", 1);
  EXPECT_EQ(launched().copies, 3);
  EXPECT_EQ(launched().copy, 2);
  EXPECT_EQ(launched().launcher, "srun");
  ::setenv("OMPI_COMM_WORLD_SIZE", "1", 1);  // by mpirun, which srun started
  EXPECT_EQ(launched().copies, 1);
  ::setenv("OMPI_COMM_WORLD_SIZE", "4", 1);
  EXPECT_EQ(launched().copies, 4);
  EXPECT_EQ(launched().launcher, "mpirun");
  ::setenv("GROEL_MPI", "off", 1);
  EXPECT_EQ(launched().copies, 1);
}

}  // namespace
}  // namespace groel::ranks
