// Embeds two proteins and prints how alike their mean vectors are.
#include <groel/groel.h>

#include <cmath>
#include <cstdio>
#include <numeric>

int main() {
  const auto model = groel::Model::load("groel-5m");  // or a Hugging Face folder, or a fair-esm .pt file
  const std::vector<std::string> sequences{"MKTAYIAKQRQISFVKSHFSRQLEERLGLI", "MKTVYIAKQRNISFVKAHFSKQLEDRLGMI"};
  const auto embeddings = model.embed(sequences);
  const auto a = embeddings[0].at(groel::Output::mean).values();
  const auto b = embeddings[1].at(groel::Output::mean).values();
  const auto dot = [](const auto& x, const auto& y) { return std::inner_product(x.begin(), x.end(), y.begin(), 0.0); };
  std::printf("cosine similarity %.4f\n", dot(a, b) / std::sqrt(dot(a, a) * dot(b, b)));
}
