#include "model/record.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace firn {
namespace {

Record sample() {
  Record record;
  record.envelope.received_at = timestamp_from_micros(1'772'444'467'118'204);
  record.envelope.domain = "demo-health";
  record.envelope.app_id = "02bf";
  record.envelope.received_on = "2026-03-02T09:41:07.118204Z";
  record.envelope.content_type = "application/json";
  record.envelope.replaces = Position::make(1, 0, 7);
  record.body = std::string("{\"id\":\"a\"}\0\xFF", 12);
  return record;
}

TEST(RecordEncoding, GoesThereAndBack) {
  std::string bytes;
  encode_record(sample(), bytes);
  EXPECT_EQ(bytes.size(), encoded_size(sample()));
  ByteReader in(bytes);
  const auto record = decode_record(in).value();
  EXPECT_EQ(record.body, sample().body);
  EXPECT_EQ(record.envelope.domain, "demo-health");
  EXPECT_EQ(record.envelope.replaces, Position::make(1, 0, 7));
  EXPECT_EQ(record.envelope.received_at, sample().envelope.received_at);
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(RecordEncoding, KeepsTheHeaderThatCasesHave) {
  for (const bool replaces : {true, false}) {
    Record of_case = sample();
    of_case.envelope.server_modified_on = "2026-03-02T09:41:07.300000Z";
    if (!replaces) {
      of_case.envelope.replaces.reset();
    }
    std::string bytes;
    encode_record(of_case, bytes);
    EXPECT_EQ(bytes.size(), encoded_size(of_case));
    ByteReader in(bytes);
    const auto record = decode_record(in).value();
    EXPECT_EQ(record.envelope.server_modified_on, of_case.envelope.server_modified_on);
    EXPECT_EQ(record.envelope.replaces, of_case.envelope.replaces);
    EXPECT_EQ(record.envelope.domain, "demo-health");
    EXPECT_EQ(record.body, sample().body);
    EXPECT_EQ(in.remaining(), 0U);
  }
}

TEST(RecordEncoding, IsThatOfTheFirstReleaseWithoutThatHeader) {
  Record record;
  record.body = "{}";
  std::string expected;
  put_u64(expected, 0);
  put_u64(expected, ~0ULL);
  for (const std::string_view text : {"", "", "", "", "{}"}) {
    put_text(expected, text);
  }
  std::string bytes;
  encode_record(record, bytes);
  EXPECT_EQ(bytes, expected);
}

class TruncatedRecord : public testing::TestWithParam<const char*> {};

TEST_P(TruncatedRecord, IsRefused) {
  Record record = sample();
  record.envelope.server_modified_on = GetParam();
  std::string bytes;
  encode_record(record, bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    ByteReader in(part);
    EXPECT_EQ(decode_record(in).error().kind, ErrorKind::kDamaged) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(RecordEncoding, TruncatedRecord, testing::Values("", "2026-03-02T09:41:07Z"));

}  // namespace
}  // namespace firn
