// The public ContactFinder: an Embedder that asks for contacts.
#include <groel/contacts.h>

namespace groel {

ContactFinder::ContactFinder(const Model& model) : embedder_(model, {.layers = {}, .outputs = {Output::contacts}}) {}

std::vector<Array> ContactFinder::operator()(std::span<const std::string> sequences) const {
  std::vector<Array> out;
  for (const Embedding& one : embedder_(sequences)) out.push_back(one.at(Output::contacts));
  return out;
}

Array ContactFinder::operator()(const std::string& sequence) const { return embedder_(sequence).at(Output::contacts); }

}  // namespace groel
