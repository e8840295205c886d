// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/registry.h"

#include <gtest/gtest.h>

namespace vmcoredd {
namespace {

DumpRegistration Registration(std::string name) {
  DumpRegistration registration;
  registration.name = std::move(name);
  registration.size = uint64_t{4};
  registration.collect =
      FillCallback([](std::span<std::byte>, DumpContext&) -> Result<void> { return {}; });
  return registration;
}
ErrorCode CodeOf(const Result<void>& result) {
  return result ? ErrorCode::kIo : result.error().code();
}

TEST(Registry, KeepsRegistrationsInOrder) {
  Registry registry;
  ASSERT_TRUE(registry.Register(Registration("b")));
  ASSERT_TRUE(registry.Register(Registration("a")));
  ASSERT_EQ(registry.registrations().size(), 2u);
  EXPECT_EQ(registry.registrations()[0].name, "b");
  EXPECT_EQ(registry.registrations()[1].name, "a");
}

TEST(Registry, RefusesASecondDumpOfTheSameName) {
  Registry registry;
  ASSERT_TRUE(registry.Register(Registration("a")));
  EXPECT_EQ(CodeOf(registry.Register(Registration("a"))), ErrorCode::kAlreadyExists);
  EXPECT_EQ(registry.registrations().size(), 1u);
}

TEST(Registry, RefusesWhatTheKernelRefuses) {
  Registry registry;
  EXPECT_EQ(CodeOf(registry.Register(Registration(""))), ErrorCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(registry.Register(Registration("../a"))), ErrorCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(registry.Register(Registration(std::string(44, 'a')))),
            ErrorCode::kInvalidArgument);
  auto no_size = Registration("a");
  no_size.size = uint64_t{0};
  EXPECT_EQ(CodeOf(registry.Register(no_size)), ErrorCode::kInvalidArgument);
  no_size.size = SizeCallback();
  EXPECT_EQ(CodeOf(registry.Register(no_size)), ErrorCode::kInvalidArgument);
  auto no_callback = Registration("a");
  no_callback.collect = StreamCallback();
  EXPECT_EQ(CodeOf(registry.Register(no_callback)), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(registry.registrations().empty());
}

}  // namespace
}  // namespace vmcoredd
