// zhiping-check-access FILE: whether every method of a descriptor set says who may call it, as
// common/v1/access.proto wants it. Part of the build.
#include <fstream>
#include <iostream>

#include "common/identity/access_rule.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace zhiping::identity {
namespace {

// How many methods are wrong; each is said on standard error.
int CheckFile(const google::protobuf::FileDescriptor& file) {
  int wrong = 0;
  for (int i = 0; i < file.service_count(); ++i) {
    const google::protobuf::ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      const absl::Status status = AccessRule::Of(*service.method(j)).status();
      if (status.ok()) continue;
      ++wrong;
      std::cerr << file.name() << ": " << status.message() << "\n";
    }
  }
  return wrong;
}

int Main(int argc, char** argv) {
  google::protobuf::FileDescriptorSet set;
  std::ifstream file(argc == 2 ? argv[1] : "", std::ios::binary);
  if (!set.ParseFromIstream(&file)) {
    std::cerr << "zhiping-check-access FILE: a descriptor set\n";
    return 2;
  }
  google::protobuf::DescriptorPool pool;
  int wrong = 0;
  for (const auto& proto : set.file()) {
    const google::protobuf::FileDescriptor* built = pool.BuildFile(proto);
    if (built == nullptr) return 2;
    if (built->package().rfind("zhiping.", 0) == 0) wrong += CheckFile(*built);
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace zhiping::identity

int main(int argc, char** argv) { return zhiping::identity::Main(argc, argv); }
