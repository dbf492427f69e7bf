// What models do, each with its handle: fill masks, score variants, find contacts, write proteins.
#include <groel/groel.h>

#include <algorithm>
#include <cstdio>

// Progress and talk go to a Sink. Any of its functions may call Session::cancel().
class Console final : public groel::Sink {
  void progress(const groel::Progress& now) override {
    std::fprintf(stderr, "%d of %d\n", static_cast<int>(now.done), static_cast<int>(now.total));
  }
  void warning(std::string_view text) override {
    std::fprintf(stderr, "warning: %.*s\n", static_cast<int>(text.size()), text.data());
  }
};

int main() try {
  Console console;
  const groel::Session session({.threads = 2, .sink = &console});
  const auto model = groel::Model::load("groel-5m", groel::Dtype::f32, session);
  const std::string ubiquitin = "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG";

  for (const auto& [position, choices] : groel::MaskFiller(model)("MQIFV<mask>TLTGKTITLEVEPSD", 3))
    for (const auto& [residue, probability] : choices)
      std::printf("position %d: %s %.3f\n", static_cast<int>(position), residue.c_str(), probability);

  const std::vector<std::string> variants{"K48R", "I44A"};
  const auto scores = groel::VariantScorer(model)(ubiquitin, variants);
  for (std::size_t i = 0; i < variants.size(); ++i) std::printf("%s %.3f\n", variants[i].c_str(), scores[i]);

  const groel::Array contacts = groel::ContactFinder(model)(ubiquitin);  // [L, L]
  const auto likely = std::ranges::count_if(contacts.values(), [](float p) { return p > 0.5F; }) / 2;
  std::printf("%d pairs of residues that likely touch\n", static_cast<int>(likely));

  const groel::ProteinGenerator writer(groel::Model::load("groel-writer", groel::Dtype::f32, session));
  for (const auto& protein : writer({.prompt = "M", .number = 2, .seed = 1, .max_residues = 60}))
    std::printf("%s (perplexity %.1f)\n", protein.sequence.c_str(), protein.perplexity);
} catch (const groel::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return groel::exit_code(error.kind());
}
