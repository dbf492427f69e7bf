// The one loop that runs sequences: what it hands over, in which order, what it leaves out, and how it ends.
#include "engine/runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "checkpoints/load.h"
#include "engine/session.h"
#include "engine/windows.h"
#include "support/golden.h"

namespace groel::engine {
namespace {

struct RunCase {
  checkpoints::LoadedModel loaded;
  std::vector<bio::Encoded> sequences;

  explicit RunCase(const char* model, const std::vector<std::int64_t>& lengths)
      : loaded(checkpoints::load_model(testing::data(model))) {
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      std::string text;
      for (std::int64_t r = 0; r < lengths[i]; ++r)
        text += "ACDEFGHIKLMNPQRSTVWY"[(static_cast<std::size_t>(r) * 7 + i) % 20];
      sequences.push_back(loaded.model->tokenizer().encode(text));
    }
  }
  RunJobs jobs() const { return jobs_of(sequences); }
  std::vector<float> alone(std::size_t key, const OutputRequest& request) const {
    const auto values = outputs_of_one(*loaded.model, sequences[key].ids, request);
    const auto numbers = values.values.front().tensor.values<float>();
    return {numbers.begin(), numbers.end()};
  }
};

class Store final : public RunStore {
 public:
  bool has(std::int64_t key) const override { return known.contains(key); }
  void refuse(std::int64_t key, const Error& error) override { refused.emplace(key, error); }
  void keep(std::int64_t key, OutputValues values) override {
    if (fails) throw Error(ErrorKind::io, "full");
    order.push_back(key);
    results[key] = std::move(values);
    threads.insert(std::this_thread::get_id());
  }
  std::int64_t batch_kept() override {
    ++batches;
    if (session != nullptr) session->cancel();
    return static_cast<std::int64_t>(order.size());
  }

  std::set<std::int64_t> known;
  std::map<std::int64_t, Error> refused;
  std::map<std::int64_t, OutputValues> results;
  std::vector<std::int64_t> order;
  std::set<std::thread::id> threads;
  int batches = 0;
  bool fails = false;
  Session* session = nullptr;
};

const OutputRequest kMean{{3}, {Output::mean}};

TEST(Runner, HandsOverInOrderWhatEachSequenceGivesAlone) {
  const RunCase all("esm2-tiny", {30, 5, 80, 12, 60, 7, 7, 90});
  for (const Keeping keeping : {Keeping::in_turn, Keeping::beside}) {
    Store store;
    Sink silent;
    const Runner runner(*all.loaded.model, kMean, {.plan = {.max_tokens = 100}, .keeping = keeping});
    const RunSummary summary = runner.run(all.jobs(), store, silent);
    EXPECT_TRUE(std::is_sorted(store.order.begin(), store.order.end()));
    ASSERT_EQ(store.results.size(), 8U);
    EXPECT_GE(store.batches, 3);
    EXPECT_EQ(summary.residues, 30 + 5 + 80 + 12 + 60 + 7 + 7 + 90);
    EXPECT_EQ(summary.tokens, summary.residues + 8 * all.loaded.model->tokenizer().end_tokens());
    for (const auto& [key, values] : store.results)
      EXPECT_TRUE(
          std::ranges::equal(values.of(Output::mean).values<float>(), all.alone(static_cast<std::size_t>(key), kMean)));
    if (keeping == Keeping::in_turn) {
      EXPECT_EQ(store.threads, std::set{std::this_thread::get_id()});
    }
  }
}

TEST(Runner, LeavesOutWhatIsThereAndRefusesWhatDoesNotFit) {
  const RunCase all("esm1b-tiny", {10, 20, 5000, 30});
  Store store;
  store.known = {1};
  Sink silent;
  const Runner runner(*all.loaded.model, {{1}, {Output::mean}}, {});
  const RunSummary summary = runner.run(all.jobs(), store, silent);
  EXPECT_EQ(store.order, (std::vector<std::int64_t>{0, 3}));
  EXPECT_EQ(summary.residues, 40);
  ASSERT_EQ(store.refused.size(), 1U);
  EXPECT_EQ(store.refused.begin()->first, 2);
  EXPECT_EQ(store.refused.begin()->second.kind(), ErrorKind::bad_input);
}

TEST(Runner, CutsLongSequencesIntoWindowsWhereThatIsAsked) {
  const RunCase all("esm1b-tiny", {10, 300});
  const std::int64_t most = *all.loaded.model->info().max_residues;
  ASSERT_LT(most, 300);
  const OutputRequest request{{1}, {Output::mean, Output::cls, Output::per_residue}};
  Sink silent;
  const auto results =
      run_all(Runner(*all.loaded.model, request, {.long_sequences = LongSequences::window}), all.jobs(), silent);
  ASSERT_FALSE(results[1].failure);
  EXPECT_EQ(results[1].of(Output::per_residue).shape()[0], 300);
  std::vector<OutputValues> parts;
  const auto cut = windows(300, most);
  for (const Window& window : cut) {
    const auto piece = all.loaded.model->tokenizer().with_ends(all.sequences[1].ids_of(window.begin, window.end));
    parts.push_back(outputs_of_one(*all.loaded.model, piece, window_request(request)));
  }
  const OutputValues joined = join_windows(parts, cut, request, all.loaded.model->info().layers);
  for (const Output output : request.outputs)
    EXPECT_TRUE(std::ranges::equal(results[1].of(output).values<float>(), joined.of(output).values<float>()))
        << bio::name(output);
}

TEST(Runner, EndsWithTheErrorOfItsStore) {
  const RunCase all("esm2-tiny", {30, 30, 30, 30});
  for (const Keeping keeping : {Keeping::in_turn, Keeping::beside}) {
    Store store;
    store.fails = true;
    Sink silent;
    const Runner runner(*all.loaded.model, kMean, {.plan = {.max_tokens = 40}, .keeping = keeping});
    try {
      runner.run(all.jobs(), store, silent);
      ADD_FAILURE() << "went on";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::io);
    }
  }
}

TEST(Runner, IsCancelledBetweenBatches) {
  const RunCase all("esm2-tiny", {30, 30, 30, 30});
  Session session({.threads = 2});
  const Session::Scope scope(session);
  Store store;
  store.session = &session;
  Sink silent;
  const Runner runner(*all.loaded.model, kMean, {.plan = {.max_tokens = 40}});
  EXPECT_THROW(runner.run(all.jobs(), store, silent), Error);
  EXPECT_EQ(store.batches, 1);
}

TEST(Runner, RefusesWhatTheModelCannotGive) {
  const auto loaded = checkpoints::load_model(testing::data("esmc-tiny"));
  EXPECT_THROW(Runner(*loaded.model, {{}, {Output::contacts}}, {}), Error);
}

}  // namespace
}  // namespace groel::engine
