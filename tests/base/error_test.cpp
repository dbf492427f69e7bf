// The table of error kinds and the text of errors.
#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

namespace groel {
namespace {

constexpr ErrorKind kAllKinds[] = {ErrorKind::usage,       ErrorKind::not_found,   ErrorKind::bad_input,
                                   ErrorKind::bad_model,   ErrorKind::io,          ErrorKind::memory,
                                   ErrorKind::unsupported, ErrorKind::interrupted, ErrorKind::internal};

Error thrown_errno(int number) {
  try {
    throw_errno("out.h5", "write the file", number);
  } catch (const Error& error) {
    return error;
  }
}

TEST(ErrorKinds, HaveUniqueNamesAndExitCodes) {
  std::set<std::string_view> names;
  std::set<int> codes;
  for (const ErrorKind kind : kAllKinds) {
    names.insert(name(kind));
    codes.insert(exit_code(kind));
    EXPECT_GT(exit_code(kind), 1) << "0 is success, 1 is 'some records failed'";
    EXPECT_LT(exit_code(kind), 256);
    EXPECT_GE(http_status(kind), 400);
    EXPECT_LT(http_status(kind), 600);
  }
  EXPECT_EQ(names.size(), std::size(kAllKinds));
  EXPECT_EQ(codes.size(), std::size(kAllKinds));
}

TEST(ErrorKinds, KeepTheirCodes) {
  EXPECT_EQ(name(ErrorKind::bad_input), "bad_input");
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::interrupted), 130);
  EXPECT_EQ(http_status(ErrorKind::usage), 400);
  EXPECT_EQ(http_status(ErrorKind::not_found), 404);
}

TEST(ErrorText, IsWhereWhatRemedy) {
  EXPECT_STREQ(Error(ErrorKind::io, "broken").what(), "broken");
  EXPECT_STREQ(Error(ErrorKind::io, Error::Parts{"broken", "a.fasta:3", {}}).what(), "a.fasta:3: broken");
  EXPECT_STREQ(Error(ErrorKind::io, Error::Parts{"broken", {}, "mend it"}).what(), "broken\n  mend it");
  EXPECT_STREQ(Error(ErrorKind::io, Error::Parts{"broken", "a.fasta:3", "mend it"}).what(),
               "a.fasta:3: broken\n  mend it");
}

TEST(ErrorText, GrowsOutwards) {
  const Error inner(ErrorKind::bad_model, Error::Parts{"too short", {}, "fetch it again"});
  const Error middle = inner.at("layer 3");
  const Error outer = middle.at("model.safetensors");
  EXPECT_STREQ(middle.what(), "layer 3: too short\n  fetch it again");
  EXPECT_STREQ(outer.what(), "model.safetensors: layer 3: too short\n  fetch it again");
  EXPECT_EQ(outer.kind(), ErrorKind::bad_model);
  EXPECT_EQ(outer.parts().what, "too short");
}

TEST(ErrorText, SaysWhatTheSystemSaid) {
  EXPECT_EQ(thrown_errno(ENOENT).kind(), ErrorKind::not_found);
  EXPECT_STREQ(thrown_errno(ENOENT).what(), "out.h5: cannot write the file: No such file or directory");
  EXPECT_EQ(thrown_errno(EACCES).kind(), ErrorKind::io);
  EXPECT_NE(thrown_errno(ENOSPC).parts().remedy.find("free some space"), std::string::npos);
}

TEST(Requirement, NamesItself) {
  const int shelves = 2;
  try {
    GROEL_REQUIRE(shelves == 3);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    EXPECT_EQ(error.parts().what, "requirement failed: shelves == 3");
    EXPECT_NE(error.parts().where.find("error_test.cpp:"), std::string::npos);
  }
  EXPECT_NO_THROW(GROEL_REQUIRE(shelves == 2));
}

}  // namespace
}  // namespace groel
