// What every Stage does, whichever it is.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "model/stage.h"
#include "platform/environment.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/system_clock.h"
#include "stage/directory/directory_stage.h"
#include "stage/s3/s3_client.h"
#include "stage/s3/s3_stage.h"
#include "tests/standins/s3_server.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_stage.h"
#include "tests/support/simulated_file_system.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

using Keys = std::vector<std::string>;

/// A stage with the file system that local files are read from.
struct Place {
  TemporaryDirectory folder;
  std::unique_ptr<FileSystem> files;
  ManualClock clock;
  SystemClock real_clock;
  std::unique_ptr<S3Server> server;
  std::unique_ptr<Stage> stage;
};

std::unique_ptr<Stage> make_s3_stage(Place& place) {
  place.server = std::make_unique<S3Server>(place.clock);
  auto transport = std::make_unique<S3Transport>(
      S3Place{S3Server::kBucket, S3Server::kRegion, place.server->endpoint()},
      S3Credentials{[]() -> Result<AwsCredentials> { return S3Server::credentials(); }}, place.clock, make_curl_client);
  auto client = std::make_unique<S3Client>(std::move(transport), S3Writing());
  return std::make_unique<S3Stage>(*place.files, std::move(client), "some/prefix");
}

/// On the server of script/servers that FIRN_TEST_S3 names, under a prefix of its own.
std::unique_ptr<Stage> make_real_s3_stage(Place& place) {
  const SystemClock now;
  const std::string prefix =
      std::to_string(now.now().time_since_epoch().count()) + "-" + std::to_string(std::random_device{}());
  auto transport = std::make_unique<S3Transport>(
      S3Place{"firn", "us-east-1", environment_variable("FIRN_TEST_S3").value()},
      S3Credentials{[]() -> Result<AwsCredentials> { return AwsCredentials{"firn", "firn-secret", ""}; }},
      place.real_clock, make_curl_client);
  auto client = std::make_unique<S3Client>(std::move(transport), S3Writing());
  return std::make_unique<S3Stage>(*place.files, std::move(client), prefix);
}

/// All stages that can be tried here; the pytest suite names a real server.
std::vector<std::string> stages() {
  std::vector<std::string> names = {"memory", "directory", "directory_simulated", "s3"};
  if (environment_variable("FIRN_TEST_S3")) {
    names.emplace_back("real_s3");
  }
  return names;
}

std::unique_ptr<Place> make_place(const std::string& name) {
  auto place = std::make_unique<Place>();
  place->files = name == "directory" ? make_posix_file_system() : std::make_unique<SimulatedFileSystem>();
  EXPECT_TRUE(place->files->create_directories(place->folder.path()));
  if (name == "memory") {
    place->stage = std::make_unique<MemoryStage>(*place->files);
  } else if (name == "s3") {
    place->stage = make_s3_stage(*place);
  } else if (name == "real_s3") {
    place->stage = make_real_s3_stage(*place);
  } else {
    place->stage = std::make_unique<DirectoryStage>(*place->files, place->folder / "stage", "some/prefix");
  }
  return place;
}

ObjectMetadata metadata_of(const std::string& content) {
  ObjectMetadata metadata;
  metadata.rows = 7;
  metadata.range = {Position::make(1, 0, 3), Position::make(1, 0, 12)};
  metadata.bytes = content.size();
  metadata.file_digest = sha256(content);
  metadata.content_digest = sha256("rows of " + content);
  metadata.definition = "0123456789abcdef";
  metadata.replaces = ObjectKey("forms/earlier.csv.zst");
  return metadata;
}

template <typename T>
ErrorKind kind_of(const Result<T>& result) {
  EXPECT_FALSE(result) << "it should have failed";
  return result ? ErrorKind::kInternal : result.error().kind;
}

class StageContract : public testing::TestWithParam<std::string> {
 protected:
  std::string write(const std::string& content) {
    const std::string path = place->folder / "local";
    EXPECT_TRUE(replace_file(*place->files, path, content));
    return path;
  }
  Result<PutOutcome> put(const std::string& key, const std::string& content) {
    return stage.put(ObjectKey(key), write(content), metadata_of(content));
  }
  void put_all(const Keys& keys) {
    for (const std::string& key : keys) {
      ASSERT_EQ(put(key, "content"), PutOutcome::kCreated) << key;
    }
  }
  Keys list(const std::string& prefix, const std::string& after = {}, std::size_t limit = 100) {
    Keys keys;
    const ListPage page = stage.list(prefix, ObjectKey(after), limit).value();
    for (const ListedObject& object : page.objects) {
      keys.push_back(object.key.str());
    }
    return keys;
  }

  std::unique_ptr<Place> place = make_place(GetParam());
  Stage& stage = *place->stage;
};

TEST_P(StageContract, KeepsAnObjectWithItsMetadata) {
  const ObjectMetadata put_with = metadata_of("content");
  EXPECT_EQ(put("forms/a.csv.zst", "content"), PutOutcome::kCreated);
  const StagedObject found = stage.head(ObjectKey("forms/a.csv.zst")).value();
  EXPECT_EQ(found.key, ObjectKey("forms/a.csv.zst"));
  EXPECT_EQ(found.metadata.rows, put_with.rows);
  EXPECT_EQ(found.metadata.range, put_with.range);
  EXPECT_EQ(found.metadata.content_digest, put_with.content_digest);
  EXPECT_EQ(found.metadata.file_digest, put_with.file_digest);
  EXPECT_EQ(found.metadata.bytes, put_with.bytes);
  EXPECT_EQ(found.metadata.definition, put_with.definition);
  EXPECT_EQ(found.metadata.replaces, put_with.replaces);
}

TEST_P(StageContract, KeepsLargeObjects) {
  const std::string content(3'500'000, 'x');
  EXPECT_EQ(put("forms/large", content), PutOutcome::kCreated);
  EXPECT_EQ(stage.head(ObjectKey("forms/large")).value().metadata.bytes, content.size());
}

TEST_P(StageContract, SaysThatTheSameContentIsThereAlready) {
  put_all({"forms/a"});
  EXPECT_EQ(put("forms/a", "content"), PutOutcome::kAlreadyThere);
}

TEST_P(StageContract, NeverReplacesOtherContent) {
  put_all({"forms/a"});
  EXPECT_EQ(kind_of(put("forms/a", "other")), ErrorKind::kConflict);
  EXPECT_EQ(stage.head(ObjectKey("forms/a")).value().metadata.content_digest, metadata_of("content").content_digest);
}

TEST_P(StageContract, RefusesAFileThatIsNotWhatItsMetadataSays) {
  const std::string path = write("other bytes");
  EXPECT_EQ(kind_of(stage.put(ObjectKey("forms/a"), path, metadata_of("right bytes"))), ErrorKind::kDamaged);
  EXPECT_EQ(kind_of(stage.head(ObjectKey("forms/a"))), ErrorKind::kNotFound);
}

TEST_P(StageContract, RefusesAFileThatIsTooShort) {
  const std::string path = write("conten");
  EXPECT_EQ(kind_of(stage.put(ObjectKey("forms/a"), path, metadata_of("content"))), ErrorKind::kDamaged);
}

TEST_P(StageContract, SaysThatTheLocalFileIsMissing) {
  const std::string path = place->folder / "missing";
  EXPECT_EQ(kind_of(stage.put(ObjectKey("forms/a"), path, metadata_of("content"))), ErrorKind::kNotFound);
}

TEST_P(StageContract, SaysThatAnObjectIsNotThere) {
  EXPECT_EQ(kind_of(stage.head(ObjectKey("forms/a"))), ErrorKind::kNotFound);
}

TEST_P(StageContract, GivesBackWhatWasPut) {
  const std::string content = std::string(2'500'000, 'x') + "end";
  ASSERT_EQ(put("forms/a", content), PutOutcome::kCreated);
  const std::string path = write("what was there before");
  EXPECT_EQ(stage.fetch(ObjectKey("forms/a"), path).value().metadata.content_digest,
            metadata_of(content).content_digest);
  EXPECT_EQ(read_file(*place->files, path, content.size() + 1), content);
}

TEST_P(StageContract, HasNothingToGiveOfWhatIsNotThere) {
  EXPECT_EQ(kind_of(stage.fetch(ObjectKey("forms/a"), place->folder / "copy")), ErrorKind::kNotFound);
}

TEST_P(StageContract, SaysHowLargeTheListedObjectsAre) {
  put_all({"forms/a"});
  EXPECT_EQ(stage.list("", {}, 1).value().objects.at(0).bytes, std::string("content").size());
}

TEST_P(StageContract, ListsInOrderOfTheWholeKey) {
  put_all({"a/2", "a-b/1", "a/1/x", "a.b", "b"});
  EXPECT_EQ(list(""), (Keys{"a-b/1", "a.b", "a/1/x", "a/2", "b"}));
}

TEST_P(StageContract, ListsWhatBeginsWithThePrefix) {
  put_all({"forms/2026-01/a", "forms/2026-02/a", "forms/2026-02/b", "forms2/a"});
  EXPECT_EQ(list("forms/2026-02/"), (Keys{"forms/2026-02/a", "forms/2026-02/b"}));
  EXPECT_EQ(list("forms/2026"), (Keys{"forms/2026-01/a", "forms/2026-02/a", "forms/2026-02/b"}));
  EXPECT_EQ(list("forms/2026-02/b"), (Keys{"forms/2026-02/b"}));
  EXPECT_EQ(list("cases/"), Keys{});
}

TEST_P(StageContract, ListsPageByPage) {
  put_all({"a/1", "a/2", "b/1", "b/2", "c"});
  Keys all;
  std::string after;
  bool more = true;
  while (more) {
    const ListPage page = stage.list("", ObjectKey(after), 2).value();
    for (const ListedObject& object : page.objects) {
      all.push_back(object.key.str());
    }
    after = all.back();
    more = page.more;
  }
  EXPECT_EQ(all, (Keys{"a/1", "a/2", "b/1", "b/2", "c"}));
}

TEST_P(StageContract, TheLastFullPageHasNoMore) {
  put_all({"a", "b"});
  EXPECT_FALSE(stage.list("", {}, 2).value().more);
  EXPECT_TRUE(stage.list("", {}, 1).value().more);
}

TEST_P(StageContract, ListsNothingBeforeAnythingWasPut) { EXPECT_EQ(list(""), Keys{}); }

TEST_P(StageContract, RemovesObjects) {
  put_all({"forms/a", "forms/b", "forms/c"});
  EXPECT_TRUE(stage.remove(std::vector{ObjectKey("forms/a"), ObjectKey("forms/c")}));
  EXPECT_EQ(list(""), (Keys{"forms/b"}));
  EXPECT_EQ(kind_of(stage.head(ObjectKey("forms/a"))), ErrorKind::kNotFound);
}

TEST_P(StageContract, RemovingWhatIsNotThereIsFine) {
  put_all({"forms/a"});
  const std::vector keys{ObjectKey("forms/a"), ObjectKey("never/there")};
  EXPECT_TRUE(stage.remove(keys));
  EXPECT_TRUE(stage.remove(keys));
}

TEST_P(StageContract, TakesAnObjectAgainAfterItWasRemoved) {
  put_all({"forms/a"});
  ASSERT_TRUE(stage.remove(std::vector{ObjectKey("forms/a")}));
  EXPECT_EQ(put("forms/a", "other"), PutOutcome::kCreated);
}

TEST_P(StageContract, TellsWhereObjectsAre) {
  EXPECT_NE(stage.location(ObjectKey("forms/a")), stage.location(ObjectKey("forms/b")));
  EXPECT_TRUE(stage.location(ObjectKey("forms/a")).ends_with("forms/a"));
}

INSTANTIATE_TEST_SUITE_P(Stages, StageContract, testing::ValuesIn(stages()),
                         [](const auto& place) { return place.param; });

class DirectoryKeys : public testing::TestWithParam<const char*> {};

TEST_P(DirectoryKeys, LeadNowhereOutsideTheStage) {
  SimulatedFileSystem files;
  DirectoryStage stage(files, "/stage", "");
  ASSERT_TRUE(replace_file(files, "/local", "content"));
  const ObjectKey key{GetParam()};
  EXPECT_EQ(kind_of(stage.put(key, "/local", metadata_of("content"))), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind_of(stage.head(key)), ErrorKind::kInvalidInput);
  EXPECT_FALSE(stage.remove(std::vector{key}));
}

INSTANTIATE_TEST_SUITE_P(Hostile, DirectoryKeys,
                         testing::Values("", "/etc/a", "../a", "a/../../b", "a//b", "a/", "./a", ".tmp/a", "a/.hidden",
                                         "a.meta.json"));

}  // namespace
}  // namespace firn
