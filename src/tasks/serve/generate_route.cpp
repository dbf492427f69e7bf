// /generate: new proteins, all at once or as they are written.
#include <optional>
#include <thread>

#include "base/error.h"
#include "generation/generator.h"
#include "tasks/generate/proteins.h"
#include "tasks/generate/settings.h"
#include "tasks/serve/events.h"
#include "tasks/serve/routes.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

GenerateOptions generate_options(const Call& call) {
  GenerateOptions out;
  if (call.body.contains("prompt")) out.prompt = call.text("prompt");
  out.number = call.integer("number", 1, 1, call.served.most_inputs);
  out.greedy = call.flag("greedy", false);
  const auto number = [&](const char* field, std::optional<double>& to) {
    if (call.body.contains(field) && !call.body[field].is_null()) to = call.number(field, 0);
  };
  number("temperature", out.temperature);
  number("top_p", out.top_p);
  number("repetition_penalty", out.repetition_penalty);
  if (call.body.contains("top_k")) out.top_k = call.integer("top_k", 0, 0, 1 << 20);
  out.seed = call.integer("seed", 0, 0, std::numeric_limits<std::int64_t>::max());
  out.max_new_tokens = call.integer("max_new_tokens", 256, 1, 1 << 20);
  out.cache = "auto";
  return out;
}

// Server-sent events, one for each protein as it is finished; or all of them at once.
server::ServerReply generate(Call& call) {
  call.only({"prompt", "number", "greedy", "temperature", "top_p", "top_k", "repetition_penalty", "seed",
             "max_new_tokens", "stream"});
  const GenerateOptions options = generate_options(call);
  const GenerateSettings settings = generate_settings(options, call.served.loaded);
  const models::Model& model = call.served.model();
  call.inputs = options.number;
  const std::int64_t about = options.number * options.max_new_tokens.value_or(256);
  const auto write_all = [settings, number = options.number,
                          &model](const std::function<void(const ordered_json&)>& receive) {
    std::int64_t next = 0;
    generation::Generator(model, settings.generation, settings.residues_of_token)
        .run(
            [&]() -> std::optional<generation::Request> {
              if (next == number) return {};
              return generation::Request{next++, settings.prompt};
            },
            [&](const generation::Written& written) {
              receive(json_record(protein_of(written, model.tokenizer()), written));
            });
  };
  if (!call.flag("stream", false)) {
    ordered_json proteins = ordered_json::array();
    call.compute(about, [&] { write_all([&](const ordered_json& one) { proteins.push_back(one); }); });
    return json_reply({{"sequences", std::move(proteins)}});
  }
  server::ServerReply reply{.status = 200, .body = {}, .type = "text/event-stream"};
  reply.stream = [&served = call.served, deadline = call.deadline, about, write_all](const auto& write) {
    Events events;
    std::thread waiting([&] {
      try {
        served.queue.run([&] { write_all([&](const ordered_json& one) { events.add(json_text(one)); }); }, about,
                         deadline, {});
        events.add("[DONE]");
      } catch (const QueueError&) {
        events.end_with(R"({"error": "the server is busy, or the request came too late"})");
      } catch (const std::exception& error) {
        events.end_with(json_text({{"error", error.what()}}));
      }
      events.close();
    });
    while (const auto event = events.next())
      if (!write(event_text(*event))) events.stop();
    waiting.join();
  };
  return reply;
}

}  // namespace

std::vector<Route> generate_routes() {
  const auto option = [](const char* name) { return option_field("generate", name); };
  return {{"POST",
           "/generate",
           "New proteins; \"stream\": true sends each as a server-sent event",
           {{"prompt", option("prompt")},
            {"number", field("integer", "Proteins (default: 1)")},
            {"greedy", option("greedy")},
            {"temperature", option("temperature")},
            {"top_p", option("top-p")},
            {"top_k", option("top-k")},
            {"repetition_penalty", option("repetition-penalty")},
            {"seed", field("integer", "The same seed, the same proteins (default: 0)")},
            {"max_new_tokens", field("integer", "Tokens of each at most (default: 256)")},
            {"stream", field("boolean", "Server-sent events")}},
           ErrorForm::own,
           generate,
           false,
           can<models::CausalLm>}};
}

}  // namespace groel::tasks
