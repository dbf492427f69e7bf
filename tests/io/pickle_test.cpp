// The restricted unpickler: no name of Python code outside the table gets through, and no pickle costs more than its
// due.
#include "io/pickle.h"

#include <gtest/gtest.h>

#include "io/arrays_testing.h"
#include "io/torch_unpickle.h"

namespace groel::io {
namespace {

using namespace testing;  // NOLINT
using namespace std::string_literals;

nlohmann::json load(const std::string& pickle) {
  const auto box = boxed(pickle);
  TorchHost host;
  PickleMachine machine(*box, host, "evil.pt");
  const PickleValue value = machine.run();
  return pickle_to_json(machine, value);
}

void expect_refused(const std::string& pickle, const std::vector<std::string>& texts) {
  std::vector<std::string> all = texts;
  all.emplace_back("evil.pt: pickle byte");
  expect_error(ErrorKind::bad_model, all, [&] { load(pickle); });
}

std::string text(const std::string& value) { return "X" + little(value.size(), 4) + value; }
const std::string kFloatStorage =
    "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "K\x04tQ";
const std::string kRebuild = "ctorch._utils\n_rebuild_tensor_v2\n";

TEST(Pickle, RefusesToRunCode) {
  expect_refused(
      "\x80\x02"
      "cos\nsystem\n" +
          text("touch /tmp/pwned") + "\x85R.",
      {"refuses to run code: os.system", "safetensors"});
  expect_refused(
      "\x80\x02"
      "cposix\nsystem\n.",
      {"refuses to run code: posix.system"});
  expect_refused(
      "\x80\x02"
      "c__builtin__\neval\n.",
      {"refuses to run code: __builtin__.eval"});
  expect_refused(
      "\x80\x02"
      "ctorch\nload\n.",
      {"refuses to run code: torch.load"});
  expect_refused("\x80\x04\x8c\x02os\x8c\x06system\x93.", {"refuses to run code: os.system"});
  expect_refused(
      "\x80\x02"
      "comegaconf.resolvers\nenv\n)\x81.",
      {"omegaconf.resolvers.env"});
  expect_refused(
      "\x80\x02"
      "cargparse\nNamespace.__init__\n.",
      {"argparse.Namespace.__init__"});
}

TEST(Pickle, NamesOfTheTableCannotBeCalledAtWill) {
  expect_refused(
      "\x80\x02"
      "ctorch\nFloatStorage\n)R.",
      {"refuses to run code: torch.FloatStorage"});
  expect_refused(
      "\x80\x02"
      "cargparse\nNamespace\nK\x01\x85\x81.",
      {"a Namespace"});
  expect_refused("\x80\x02K\x01)R.", {"describes an object"});
  expect_refused("\x80\x02" + kRebuild + ")R.", {"describes a tensor"});
  expect_refused(
      "\x80\x02"
      "ctorch._tensor\n_rebuild_from_type_v2\nq\x00(h\x00N)NtR."s,
      {"describes a tensor"});
  expect_refused("\x80\x02]Q.", {"describes a storage"});
}

TEST(Pickle, RefusesOtherOperations) {
  expect_refused("\x80\x02(i__main__\nx\n.", {"operation 0x69"});
  expect_refused("\x80\x02I1\n.", {"operation 0x49"});
  expect_refused("\x80\x02\x82\x01.", {"operation 0x82"});
  expect_refused("\x80\x01.", {"protocol 1"});
  expect_refused("\x80\x09.", {"protocol 9"});
}

TEST(Pickle, RefusesDamage) {
  for (const char* bad : {".",
                          "a.",
                          "N",
                          "\x80",
                          "Nt.",
                          "t.",
                          "(.",
                          "NN.",
                          "h\x05.",
                          "]Nb.",
                          "}Ns.",
                          "}(Nu.",
                          "]](Ne(.",
                          "q.",
                          "(1.",
                          "N\x86.",
                          "(N0)\x87.",
                          "cargparse\nName",
                          "cargparse",
                          "X\xff\xff\xff\xff.",
                          "X\x01\0\0\0\xff.",
                          "K",
                          "G1234567",
                          "\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
                          "\x8b\xff\xff\xff\xff."})
    expect_refused(bad, {});
  expect_refused("X" + little(0xffffffff, 4) + "abc", {"4294967295 bytes should follow"});
  expect_refused("\x8d" + little(std::uint64_t{1} << 60, 8) + "abc", {"1152921504606846976 bytes should follow"});
  expect_refused("h\x07.", {"refers to object 7"});
  expect_refused(text("\xff") + ".", {"not UTF-8"});
  expect_refused(text("\xed\xa0\x80") + ".", {"not UTF-8"});  // a lone surrogate, which Python can write
}

TEST(Pickle, RefusesBombs) {
  std::string doubling = "]q\0000"s;  // each list holds the one before twice
  for (int i = 0; i < 40; ++i) doubling += "](h\0h\0eq\0000"s;
  expect_refused(doubling + "h\0."s, {"more values than any checkpoint does"});
  std::string texts = text(std::string(1'000'000, 'x')) + "q\0000"s + "](";
  for (int i = 0; i < 100; ++i) texts += "h\0"s;
  expect_refused(texts + "e.", {"more text than any checkpoint does"});
  expect_refused("]q\0h\0a."s, {"nested too deeply or contains itself"});
  expect_refused(std::string(1000, ']') + std::string(999, 'a') + ".", {"nested too deeply"});
  expect_refused(std::string(3'000'000, '}') + ".", {"more objects than any checkpoint does"});
  // A Namespace that takes over a large dict again and again.
  std::string build = "}(";
  for (int i = 0; i < 1000; ++i) build += "M" + little(static_cast<std::uint64_t>(i), 2) + "N";
  build += "uq\0cargparse\nNamespace\n)\x81"s;
  for (int i = 0; i < 10'000; ++i) build += "h\0b"s;
  expect_refused(build + ".", {"more objects than any checkpoint does"});
}

TEST(Pickle, KeysCannotForgeTensorsOrHideEachOther) {
  expect_refused("}" + text("$tensor") + "K\x05s.", {"key that stands for tensors"});
  expect_refused("}(" + text("1") + "NK\x01Nu.", {"key 1 twice"});
  expect_refused("})Ns.", {"neither text nor numbers"});
  expect_refused(kFloatStorage + ".", {"storage outside a tensor"});
}

TEST(Pickle, ReadsWhatOlderPythonsWrote) {
  EXPECT_EQ(load("\x80\x02U\x03"
                 "abc."),
            "abc");  // Python 2's str
  EXPECT_EQ(load("\x80\x02"
                 "ccollections\nOrderedDict\n](](" +
                 text("a") + "K\x01" + "e](" + text("b") + "K\x02" + "ee\x85R."),
            nlohmann::json({{"a", 1}, {"b", 2}}));
  EXPECT_EQ(load("\x80\x02\x8a\x00."s), 0);
  EXPECT_EQ(load("\x80\x02\x8a\x02\xff\x00."s), 255);
  EXPECT_EQ(load("\x80\x02\x8a\x01\xff."), -1);
}

/// A file in the older form with one storage of four floats and one tensor over it.
std::string legacy_file(const std::string& object, std::uint64_t stored = 4) {
  const std::string magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  const std::string system = "}" + text("little_endian") + "\x88s.";
  return magic + "\x80\x02M\xe9\x03." + system + object + "](" + text("0") + "e." + little(stored, 8) +
         std::string(16, '\0');
}
std::string tensor(int offset, const std::string& shape, const std::string& strides) {
  return kRebuild + "(" + kFloatStorage + "K" + static_cast<char>(offset) + shape + strides + "\x89}tR.";
}

void expect_bad_tensor(const std::string& object, const std::string& what) {
  expect_error(ErrorKind::bad_model, {"x.pt", what}, [&] {
    const auto box = boxed(legacy_file(object));
    parse_torch(*box, box, "x.pt");
  });
}

TEST(Pickle, TensorsMustLieInTheirStorage) {
  const auto box = boxed(legacy_file(tensor(1, "K\x03\x85", "K\x01\x85")));
  EXPECT_EQ(parse_torch(*box, box, "x.pt").tensors.at(0).shape, (std::vector<std::int64_t>{3}));
  expect_bad_tensor(tensor(1, "K\x04\x85", "K\x01\x85"), "tensor 0: it reaches beyond its storage");
  expect_bad_tensor(tensor(0, "K\x03\x85", "K\x02\x85"), "reaches beyond");
  expect_bad_tensor(tensor(4, "K\x01\x85", "K\x01\x85"), "starts outside");
  expect_bad_tensor(tensor(9, "K\0\x85"s, "K\x01\x85"), "starts outside");
  expect_bad_tensor(tensor(0, "K\x02\x85", "J\xff\xff\xff\xff\x85"), "negative stride");
  expect_bad_tensor(tensor(0, "J\xff\xff\xff\xff\x85", "K\x01\x85"), "negative or too large");
  const std::string huge = "\x8a\x08" + little(std::uint64_t{1} << 60, 8);
  expect_bad_tensor(tensor(0, huge + "\x85", "K\x01\x85"), "reaches beyond");
  expect_bad_tensor(tensor(0, huge + huge + "\x86", "K\0K\0\x86"s), "negative or too large");
  const std::string large = "\x8a\x08" + little(std::uint64_t{1} << 40, 8);
  expect_bad_tensor(tensor(0, large + "\x85", "K\0\x85"s), "far larger than the data it is made of");
  expect_bad_tensor(tensor(0, large + large + "\x86", "K\x01K\x01\x86"), "negative or too large");
  expect_bad_tensor(tensor(0, "K\x02\x85", huge + "\x85"), "reaches beyond");
  expect_bad_tensor(tensor(0, "K\x02\x85", "K\x01K\x01\x86"), "describes a tensor");
}

TEST(Pickle, StorageClaimsAreChecked) {
  const std::string good = tensor(0, "K\x04\x85", "K\x01\x85");
  for (const std::uint64_t claim : {std::uint64_t{3}, std::uint64_t{5}, std::uint64_t{1} << 60, ~std::uint64_t{0}}) {
    const auto box = boxed(legacy_file(good, claim));
    expect_error(ErrorKind::bad_model, {"x.pt"}, [&] { parse_torch(*box, box, "x.pt"); });
  }
  const std::string view = "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "K\x04(" +
                           text("v") + "K\x02K\x02ttQ";
  const auto box = boxed(legacy_file(kRebuild + "(" + view + "K\0K\x02\x85K\x01\x85\x89}tR."s));
  EXPECT_EQ(parse_torch(*box, box, "x.pt").tensors.at(0).bytes.size(), 8U);
  const auto past = boxed(legacy_file(kRebuild + "(" + view + "K\x01K\x02\x85K\x01\x85\x89}tR."));
  expect_error(ErrorKind::bad_model, {"reaches beyond"}, [&] { parse_torch(*past, past, "x.pt"); });
}

}  // namespace
}  // namespace groel::io
