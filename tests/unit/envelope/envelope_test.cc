#include "common/envelope/envelope.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::envelope {
namespace {

// The example of the DSSE specification, version 1.
TEST(Envelope, PreAuthEncodingIsAsPublished) {
  EXPECT_EQ(PreAuthEncoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

TEST(Envelope, TypesAreNamedByPurpose) {
  EXPECT_EQ(PayloadType(Purpose::RELEASE), "application/vnd.zhiping.release.v1");
  for (int i = 1; i < Purpose::Value_ARRAYSIZE; ++i) {
    const auto purpose = static_cast<Purpose::Value>(i);
    EXPECT_EQ(PurposeOf(PayloadType(purpose)), purpose);
  }
  EXPECT_EQ(PurposeOf("application/vnd.zhiping.purpose_unspecified.v1"),
            Purpose::PURPOSE_UNSPECIFIED);
}

TEST(Envelope, IsTheSameAfterWritingAndReading) {
  const Envelope envelope = {"application/vnd.zhiping.release.v1",
                             std::string("\0\xFF binary", 9),
                             {{"first", "\x01"}, {"second", "\x02\x03"}}};
  const auto again = ParseEnvelope(SerializeEnvelope(envelope));
  ASSERT_OK(again);
  EXPECT_EQ(again->payload_type, envelope.payload_type);
  EXPECT_EQ(again->payload, envelope.payload);
  ASSERT_EQ(again->signatures.size(), 2U);
  EXPECT_EQ(again->signatures[1].key_id, "second");
  EXPECT_EQ(again->signatures[1].bytes, "\x02\x03");
  EXPECT_EQ(SerializeEnvelope(*again), SerializeEnvelope(envelope));
}

TEST(Envelope, AnythingElseIsRefused) {
  const std::string signature = R"([{"keyid":"k","sig":"AA=="}])";
  const auto with = [&](const std::string& payload, const std::string& signatures) {
    return absl::StrCat(R"({"payloadType":"t","payload":)", payload, R"(,"signatures":)",
                        signatures, "}");
  };
  ASSERT_OK(ParseEnvelope(with("\"AA==\"", signature)));
  for (const auto& json : {
           std::string(),
           std::string("[]"),
           std::string("null"),
           std::string("{"),
           std::string(R"({"payload":"","payloadType":"t"})"),
           with("\"AA=\"", signature),      // padding
           with("\"AA==\\n\"", signature),  // white space
           with("\"AB==\"", signature),     // bits behind the end
           with("\"-_==\"", signature),     // another alphabet
           with("7", signature),
           with("\"AA==\"", "[]"),
           with("\"AA==\"", "{}"),
           with("\"AA==\"", "[7]"),
           with("\"AA==\"", R"([{"keyid":"k"}])"),
           with("\"AA==\"", R"([{"keyid":"k","sig":"AA==","cert":"x"}])"),
           with("\"AA==\"", R"([{"keyid":"k","sig":"AA=="},{"keyid":"k","sig":"AQ=="}])"),
           with("\"AA==\",\"more\":1", signature),
       }) {
    EXPECT_THAT(ParseEnvelope(json), HasReason(Reason::MALFORMED)) << json;
  }
}

TEST(Envelope, WhatIsTooLargeIsNotParsed) {
  EXPECT_THAT(ParseEnvelope(std::string(90 << 20, ' ')), HasReason(Reason::TOO_LARGE));
}

TEST(Envelope, DeepNestingIsHarmless) {
  EXPECT_THAT(ParseEnvelope(std::string(1 << 20, '[')), HasReason(Reason::MALFORMED));
}

}  // namespace
}  // namespace zhiping::envelope
