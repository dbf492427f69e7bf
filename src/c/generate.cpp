// New proteins through the C interface.
#include "c/handles.h"

namespace groel::c {
namespace {

std::optional<double> number_of(const groel_number& number) {
  return number.given != 0 ? std::optional(number.value) : std::nullopt;
}
std::optional<std::int64_t> number_of(const groel_count& count) {
  return count.given != 0 ? std::optional(count.value) : std::nullopt;
}

GeneratorOptions generator_options(const groel_generate_options& read) {
  GeneratorOptions out;
  if (read.prompt != nullptr) out.prompt = read.prompt;
  if (read.number != 0) out.number = read.number;
  out.greedy = read.greedy != 0;
  out.temperature = number_of(read.temperature);
  out.top_p = number_of(read.top_p);
  out.min_p = number_of(read.min_p);
  out.typical_p = number_of(read.typical_p);
  out.top_k = number_of(read.top_k);
  out.seed = read.seed;
  out.repetition_penalty = number_of(read.repetition_penalty);
  out.max_new_tokens = number_of(read.max_new_tokens);
  out.min_residues = number_of(read.min_residues);
  out.max_residues = number_of(read.max_residues);
  out.ignore_end = read.ignore_end != 0;
  if (read.forbid != nullptr) out.forbid = read.forbid;
  out.batch = read.batch;
  return out;
}

}  // namespace
}  // namespace groel::c

groel_status groel_generate(const groel_model* model, const groel_generate_options* options,
                            int (*receive)(void* user, const groel_protein* protein), void* user) {
  return groel::c::guarded([&] {
    if (receive == nullptr) throw groel::Error(groel::ErrorKind::usage, {"it is NULL", "receive", {}});
    const groel::ProteinGenerator generator(groel::c::needed(model, "model").model);
    const groel_generate_options read = groel::c::read_options(options, "options");
    generator(groel::c::generator_options(read), [&](const groel::GeneratedProtein& one) {
      const groel_protein plain{
          one.sequence.c_str(), one.text.c_str(), one.token_ids.data(), one.log_probabilities.data(),
          one.token_ids.size(), one.perplexity,   one.ended ? 1 : 0};
      if (receive(user, &plain) != 0)
        throw groel::Error(groel::ErrorKind::interrupted, "ended by the function that receives the proteins");
    });
  });
}
