// Sends requests and settings, and reads what was written.
#include "tasks/workers/generate.h"

#include <algorithm>

#include "engine/ranked_models.h"

namespace groel::tasks {
namespace {

using generation::GenerationSettings;
using generation::Request;
using generation::Written;
using ranks::Bytes;
using ranks::BytesView;
using ranks::MessageReader;
using ranks::MessageWriter;

constexpr const char* kWork = "write proteins";

// Field by field in both directions, so that no field is forgotten in one.
template <class Rules, class Do>
void each_rule(Rules& r, const Do& go) {
  go(r.repetition_penalty), go(r.no_repeat_ngram_size), go(r.min_length), go(r.min_new_tokens), go(r.temperature);
  go(r.top_k), go(r.top_p), go(r.min_p), go(r.typical_p), go(r.epsilon_cutoff), go(r.eta_cutoff);
  go(r.renormalize_logits);
}
template <class Settings, class Do>
void each_setting(Settings& s, const Do& go) {
  each_rule(s.rules, go);
  go(s.greedy), go(s.seed), go(s.max_new_tokens), go(s.max_residues), go(s.min_residues), go(s.window), go(s.batch);
  go(s.held);
}

Bytes setup_of(const RankedGeneration& of) {
  const GenerationSettings& settings = of.generator.settings();
  MessageWriter out;
  out.put(*engine::RankedModels::here().number_of(of.model));
  each_setting(settings, [&](const auto& field) { out.put(field); });
  out.put_all(settings.ends).put_all(of.residues_of_token);
  out.put(static_cast<std::uint64_t>(settings.rules.bad_words.size()));
  for (const auto& words : settings.rules.bad_words) out.put_all(words);
  return out.take();
}

void put_request(MessageWriter& to, const Request& request) {
  to.put(request.index).put_all(request.prompt).put(request.stream).put(request.source);
}
Request get_request(MessageReader& from) {
  Request out;
  out.index = from.get<std::int64_t>();
  out.prompt = from.get_all<std::int32_t>();
  out.stream = from.get<std::uint64_t>();
  out.source = from.get<std::int64_t>();
  return out;
}

Bytes write_proteins(BytesView setup, BytesView shard) {
  MessageReader from(setup);
  const models::Model& model = engine::RankedModels::here().at(from.get<std::uint64_t>());
  GenerationSettings settings;
  each_setting(settings, [&](auto& field) { field = from.get<std::remove_reference_t<decltype(field)>>(); });
  settings.ends = from.get_all<std::int32_t>();
  const auto residues_of_token = from.get_all<std::int32_t>();
  for (auto left = from.get<std::uint64_t>(); left > 0; --left)
    settings.rules.bad_words.push_back(from.get_all<std::int32_t>());
  const generation::Generator generator(model, settings, residues_of_token);
  MessageReader requests(shard);
  MessageWriter out;
  generator.run(
      [&]() -> std::optional<Request> {
        if (requests.done()) return {};
        return get_request(requests);
      },
      [&](const Written& written) {
        put_request(out, written.request);
        out.put_all(written.ids).put_all(written.log_probabilities).put(written.ending);
      });
  return out.take();
}

}  // namespace

void generate_shared(const RankedGeneration& of, const std::function<std::optional<Request>()>& next,
                     const std::function<void(const Written&)>& receive) {
  ranks::Crew* const crew = engine::crew_of(of.model);
  if (crew == nullptr) return of.generator.run(next, receive);
  // Several shards for each rank, and as many proteins in one as are written at a time at most.
  const std::int64_t most = std::clamp<std::int64_t>(of.wanted / (4 * crew->size()), 1,
                                                     std::max<std::int64_t>(1, of.generator.settings().batch));
  const auto shard = [&]() -> std::optional<Bytes> {
    MessageWriter out;
    std::int64_t count = 0;
    for (; count < most; ++count) {
      const auto request = next();
      if (!request) break;
      put_request(out, *request);
    }
    return count > 0 ? std::optional(out.take()) : std::nullopt;
  };
  crew->run({kWork, setup_of(of), shard, [&](BytesView result) {
               for (MessageReader from(result); !from.done();) {
                 Written written;
                 written.request = get_request(from);
                 written.ids = from.get_all<std::int32_t>();
                 written.log_probabilities = from.get_all<float>();
                 written.ending = from.get<generation::Ending>();
                 receive(written);
               }
             }});
}

ranks::RankWorks generation_works() { return {{kWork, write_proteins}}; }

}  // namespace groel::tasks
