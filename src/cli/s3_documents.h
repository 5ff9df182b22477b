#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "config/s3_config.h"

namespace firn {

/// The bucket and its objects that are Firn's, as policies name them.
std::string bucket_arn(const S3Connection& connection);
std::string objects_arn(const S3Connection& connection);

/// A document that an administrator gives to Amazon.
struct S3Document {
  std::string name;     ///< like `bucket-policy`; with `.json` the name of its file
  std::string purpose;  ///< for people
  std::string console;  ///< where it goes in the AWS console
  std::string command;  ///< the same with the AWS command line
  boost::json::value content;
};

/// What a bucket and its writer need for this connection, and nothing more: the writer's policy, the bucket's policy,
/// its lifecycle (which never touches current objects), and its settings. Facts: "Actions, resources, and condition
/// keys for Amazon S3" in the service authorization reference; "Enforce conditional writes on Amazon S3 buckets" and
/// "Examples of Amazon S3 lifecycle configurations" in the user guide.
std::vector<S3Document> s3_documents(const S3Connection& connection);

}  // namespace firn
