// ESM3 from C++: embeddings and logits of an antibody, both ways, and its masked loop filled in.
#include <groel/groel.h>

#include <algorithm>
#include <cstdio>

int main(int argc, char** argv) try {
  // The published model is "esm3_sm_open_v1.pth"; this one is tiny and of random weights.
  const groel::ESM3 esm3(groel::Model::load(argc > 1 ? argv[1] : "tests/data/esm3-generate-tiny"));
  const groel::ESMProtein antibody{
      .sequence =
          "QVQLQQSGPGLVKPSQTLSLTCAISGDSVSSYNAVWNWIRQSPSRGLEWLGRTYYRSGWYNDYAESVKSRITINPDTSKNQFSLQLNSVTPEDTAVYYCAR"
          "______________DMWGQGTMVTVSS"};
  const groel::ESMProteinTensor tokens = esm3.encode(antibody);
  const groel::LogitsOutput raw = esm3.logits(tokens, {.sequence = true, .return_embeddings = true});
  const auto sampled = esm3.forward_and_sample(
      tokens, {.tracks = {{groel::Track::sequence, {.temperature = 0.7}}}, .return_per_residue_embeddings = true});
  std::printf("embeddings [%d, %d], the same both ways: %s\n", static_cast<int>(raw.embeddings.shape()[0]),
              static_cast<int>(raw.embeddings.shape()[1]),
              std::equal(raw.embeddings.values().begin(), raw.embeddings.values().end(),
                         sampled.per_residue_embedding.values().begin())
                  ? "yes"
                  : "no");
  const groel::ESMProtein whole = esm3.generate(antibody, {.track = "sequence", .num_steps = 7, .temperature = 0.7});
  std::printf("%s\n", whole.sequence->substr(101, 14).c_str());
} catch (const groel::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return groel::exit_code(error.kind());
}
