// encode and decode: proteins to tokens, and back.
#include "tasks/esm3/verbs.h"

namespace groel::tasks {

using nlohmann::ordered_json;

ESMProteinTensor tokens_of_prompt(const esm3::Client& model, const esm3::Prompt& prompt) {
  if (!prompt.tokens) return model.encode(prompt.protein);
  ESMProteinTensor out = *prompt.tokens;
  return out;
}

void refuse_raw_fields(const esm3::Prompt& prompt) {
  const models::Tracks& beside = prompt.beside;
  if (beside.chain.defined() || beside.sequence_id.defined() || beside.average_plddt.defined() ||
      beside.residue_plddt.defined())
    throw Error(ErrorKind::bad_input, {"chain_id, sequence_id and pLDDT are read by the raw forward pass alone",
                                       {},
                                       "groel esm3 logits --forward raw"});
}

int for_each_prompt(const Esm3Call& call, const std::function<void(const esm3::Prompt&)>& body) {
  Failures failures(call.context.sink);
  for (const ReadPrompt& one : call.prompts) {
    if (one.error) {
      failures.add(one.prompt.id, *one.error);
      continue;
    }
    try {
      body(one.prompt);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_input && error.kind() != ErrorKind::unsupported) throw;
      failures.add(one.prompt.id, error);
    }
  }
  return failures.exit_status();
}

int encode_prompts(const Esm3Call& call) {
  std::vector<ordered_json> records;
  const int status = for_each_prompt(call, [&](const esm3::Prompt& prompt) {
    records.push_back({{"id", prompt.id}, {"tokens", esm3::json_of(tokens_of_prompt(call.model, prompt))}});
  });
  write_records(records, call.options, call.context);
  return status;
}

int decode_prompts(const Esm3Call& call) {
  std::vector<Esm3Result> results;
  const Esm3Form form = form_of(call.options, "function");
  const int status = for_each_prompt(call, [&](const esm3::Prompt& prompt) {
    if (!prompt.tokens)
      throw Error(ErrorKind::bad_input, {"there are no tokens to decode", {}, "such as `groel esm3 encode` writes"});
    results.push_back({prompt.id, call.model.decode(*prompt.tokens)});
  });
  const std::int64_t lost = write_proteins(results, "decoded by ESM3", form, call.options, call.context);
  return lost > 0 ? 1 : status;
}

}  // namespace groel::tasks
