// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/options.h"

#include <algorithm>
#include <string_view>

#include "readers/cli/devlink/iproute_writer.h"

namespace vmcoredd::devlink_cli {

namespace {

struct Spec {
  char letter;  // 0: only the long one
  std::string_view name;
  bool Options::*flag;
  std::string Options::*argument;
};

// Nothing depends on some of devlink's: -n is for objects that devlink names after network
// devices, -v for those with details, -i for rates; none of them is here.
constexpr Spec kSpecs[] = {
    {'V', "Version", &Options::version, nullptr},
    {'f', "force", &Options::force, nullptr},
    {'b', "batch", nullptr, &Options::batch},
    {'n', "no-nice-names", nullptr, nullptr},
    {'j', "json", &Options::json, nullptr},
    {'p', "pretty", &Options::pretty, nullptr},
    {'v', "verbose", nullptr, nullptr},
    {'s', "statistics", &Options::statistics, nullptr},
    {'N', "Netns", nullptr, &Options::netns},
    {'i', "iec", nullptr, nullptr},
    {'x', "hex", &Options::hex, nullptr},
    {'h', "help", &Options::help, nullptr},
    {'J', "typed-json", &Options::typed_json, nullptr},
    {'o', "output", nullptr, &Options::output},
    {0, "raw", &Options::raw, nullptr},
    {0, "words", &Options::words, nullptr},
    {0, "header", &Options::header, nullptr},
    {0, "passive", &Options::passive, nullptr},
    {0, "netlink-socket", nullptr, &Options::socket},
};

tl::unexpected<Error> Unknown(std::string_view option) {
  return Fail(ErrorCode::kInvalidArgument, "Unknown option. '" + SafeText(option) + "'");
}

// The option that `name` means: its own, or the only one that begins with it.
const Spec* FindLong(std::string_view name) {
  const Spec* found = nullptr;
  for (const Spec& spec : kSpecs) {
    if (spec.name == name) return &spec;
    if (!spec.name.starts_with(name)) continue;
    if (found != nullptr) return nullptr;
    found = &spec;
  }
  return found;
}

class OptionParser {
 public:
  explicit OptionParser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  Result<Options> Parse() {
    while (next_ < arguments_.size()) {
      const std::string& word = arguments_[next_++];
      if (word == "--") break;
      if (word.size() < 2 || word[0] != '-') {
        options_.words_of_command.push_back(word);
      } else if (word[1] == '-') {
        VMCOREDD_TRY(TakeLong(word));
      } else {
        VMCOREDD_TRY(TakeCluster(word));
      }
    }
    options_.words_of_command.insert(options_.words_of_command.end(),
                                     arguments_.begin() + static_cast<ptrdiff_t>(next_),
                                     arguments_.end());
    return std::move(options_);
  }

 private:
  Result<void> TakeLong(const std::string& word) {
    const size_t equals = word.find('=');
    const Spec* const spec = FindLong(std::string_view(word).substr(2, equals - 2));
    if (spec == nullptr) return Unknown(word);
    if (equals == std::string::npos) return Take(*spec, nullptr, word);
    if (spec->argument == nullptr) return Unknown(word);
    const std::string attached = word.substr(equals + 1);
    return Take(*spec, &attached, word);
  }

  Result<void> TakeCluster(const std::string& word) {
    for (size_t i = 1; i < word.size(); ++i) {
      const Spec* const spec = std::find_if(std::begin(kSpecs), std::end(kSpecs),
                                            [&](const Spec& s) { return s.letter == word[i]; });
      if (spec == std::end(kSpecs)) return Unknown(word);
      const std::string attached = word.substr(i + 1);
      const bool has_attached = spec->argument != nullptr && !attached.empty();
      VMCOREDD_TRY(Take(*spec, has_attached ? &attached : nullptr, word));
      if (spec->argument != nullptr) break;
    }
    return {};
  }

  Result<void> Take(const Spec& spec, const std::string* attached, const std::string& word) {
    if (spec.flag != nullptr) options_.*spec.flag = true;
    if (spec.argument == nullptr) return {};
    if (attached == nullptr && next_ == arguments_.size()) {
      return Fail(ErrorCode::kInvalidArgument, "option '" + SafeText(word) + "' needs an argument");
    }
    options_.*spec.argument = attached != nullptr ? *attached : arguments_[next_++];
    if ((options_.*spec.argument).empty()) {
      return Fail(ErrorCode::kInvalidArgument, "the argument of '" + SafeText(word) + "' is empty");
    }
    return {};
  }

  const std::vector<std::string>& arguments_;
  size_t next_ = 0;
  Options options_;
};

}  // namespace

Result<Options> ParseOptions(const std::vector<std::string>& arguments) {
  Options options = VMCOREDD_TRY(OptionParser(arguments).Parse());
  const auto refuse = [](std::string text) -> Result<Options> {
    return Fail(ErrorCode::kInvalidArgument, std::move(text));
  };
  if (options.help || options.version) return options;
  if (options.raw == options.output.empty()) {
    return refuse("--raw and -o FILE need each other; -o - is standard output");
  }
  const int forms = options.json + options.typed_json + options.raw;
  if (forms > 1) return refuse("--json, --typed-json and --raw exclude each other");
  if (forms > 0 && (options.words || options.header)) {
    return refuse("--words and --header are for text");
  }
  if (options.raw && !options.batch.empty()) return refuse("--raw is for one command, not a batch");
  return options;
}

}  // namespace vmcoredd::devlink_cli
