#include "common/criteria/rulebook_diff.h"

#include <iterator>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/answers.h"
#include "common/status/error.h"
#include "google/protobuf/descriptor.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::AtLeast;
using catalogue::v1::Condition;
using catalogue::v1::Fact;
using catalogue::v1::LevelPoints;
using catalogue::v1::Rulebook;
using catalogue::v1::RuleChange;
using catalogue::v1::ScenarioWeight;
using catalogue::v1::Tier;
using common::v1::LocalText;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Rulebook WithoutEdition(const Criteria& criteria) {
  Rulebook rulebook = criteria.rulebook();
  rulebook.clear_edition();
  return rulebook;
}

// The rulebook with every weight spelt out that the other one gives to a scenario of this edition.
Rulebook WithWeightsOf(const Criteria& other, const Criteria& criteria) {
  Rulebook rulebook = WithoutEdition(criteria);
  std::set<std::string> given;
  for (const auto& weight : rulebook.weights()) given.insert(weight.scenario());
  for (const auto& weight : other.rulebook().weights()) {
    if (criteria.FindScenario(weight.scenario()) < 0) continue;
    if (!given.insert(weight.scenario()).second) continue;
    auto& spelt_out = *rulebook.add_weights();
    spelt_out.set_scenario(weight.scenario());
    spelt_out.set_weight(rulebook.default_weight());
  }
  return rulebook;
}

// A rulebook as single values, each with its path.
class Values {
 public:
  struct Value {
    std::string text;
    // Path of the innermost element around it that has a name: see NameOf.
    std::string subject;
  };

  Values(const Criteria& criteria, const Rulebook& rulebook) : criteria_(criteria) {
    AddFields(rulebook, nullptr, "", "");
  }

  const std::vector<std::string>& paths() const { return paths_; }
  // Null if there is no such value.
  const Value* Find(const std::string& path) const {
    const auto found = values_.find(path);
    return found == values_.end() ? nullptr : &found->second;
  }
  // The name of the element at the path; null if there is none.
  const LocalText* FindName(const std::string& path) const {
    const auto found = names_.find(path);
    return found == names_.end() ? nullptr : &found->second;
  }

 private:
  void Add(const std::string& path, const std::string& text, const std::string& subject) {
    const auto [entry, is_new] = values_.try_emplace(path, Value{text, subject});
    if (is_new) {
      paths_.push_back(path);
    } else {
      // Two labels for one value of a fact: what they say is compared together.
      absl::StrAppend(&entry->second.text, " / ", text);
    }
  }

  // `key`: the field that already stands in the path.
  void AddFields(const Message& message, const FieldDescriptor* key, const std::string& path,
                 const std::string& subject) {
    const auto& reflection = *message.GetReflection();
    const auto& descriptor = *message.GetDescriptor();
    if (descriptor.field_count() == 0) Add(path, "{}", subject);
    for (int f = 0; f < descriptor.field_count(); ++f) {
      const FieldDescriptor& field = *descriptor.field(f);
      const std::string name = absl::StrCat(path, path.empty() ? "" : ".", field.name());
      if (&field == key) continue;
      if (field.is_repeated()) {
        AddList(message, field, name, subject);
      } else if (field.message_type() != nullptr) {
        if (!reflection.HasField(message, &field)) continue;
        AddElement(reflection.GetMessage(message, &field), nullptr, name, subject);
      } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
        const int32_t number = reflection.GetInt32(message, &field);
        Add(name, FormatDecimal(number, ScaleOf(message, field)), subject);
      } else if (const std::string text = reflection.GetString(message, &field); !text.empty()) {
        Add(name, text, subject);
      }
    }
  }

  void AddList(const Message& message, const FieldDescriptor& field, const std::string& path,
               const std::string& subject) {
    const auto& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, &field);
    if (field.message_type() == nullptr) {
      std::vector<std::string> texts;
      texts.reserve(size);
      for (int i = 0; i < size; ++i) {
        texts.push_back(reflection.GetRepeatedString(message, &field, i));
      }
      if (size > 0) Add(path, absl::StrJoin(texts, ", "), subject);
      return;
    }
    // The first field names an element, but texts have no names.
    const bool is_text = field.message_type() == LocalText::descriptor();
    const FieldDescriptor* const key = is_text ? nullptr : field.message_type()->field(0);
    for (int i = 0; i < size; ++i) {
      const Message& element = reflection.GetRepeatedMessage(message, &field, i);
      const std::string id = is_text ? absl::StrCat(i) : KeyText(element, *key);
      AddElement(element, key, absl::StrCat(path, "[", id, "]"), subject);
    }
  }

  static std::string KeyText(const Message& element, const FieldDescriptor& key) {
    const auto& reflection = *element.GetReflection();
    return key.cpp_type() == FieldDescriptor::CPPTYPE_INT32
               ? absl::StrCat(reflection.GetInt32(element, &key))
               : reflection.GetString(element, &key);
  }

  void AddElement(const Message& element, const FieldDescriptor* key, const std::string& path,
                  const std::string& subject) {
    if (element.GetDescriptor() == Tier::descriptor()) {
      tier_ = static_cast<const Tier&>(element).name();
    }
    const std::optional<LocalText> name = NameOf(element);
    if (name.has_value()) names_[path] = *name;
    AddFields(element, key, path, name.has_value() ? path : subject);
  }

  // What a scenario's weight, a level's points, a fact, a tier or a condition is called.
  std::optional<LocalText> NameOf(const Message& element) const {
    const auto* const type = element.GetDescriptor();
    const auto& edition = criteria_.edition();
    if (type == ScenarioWeight::descriptor()) {
      const int i = criteria_.FindScenario(static_cast<const ScenarioWeight&>(element).scenario());
      const std::string& name = edition.scenarios(i).name().text();
      return MakeText(name, name);
    }
    if (type == LevelPoints::descriptor()) {
      const int k = criteria_.FindLevel(static_cast<const LevelPoints&>(element).level());
      const std::string& name = edition.levels(k).name().text();
      return MakeText(absl::StrCat("应用等级：", name), absl::StrCat("level ", name));
    }
    if (type == Fact::descriptor()) return static_cast<const Fact&>(element).title();
    const std::string tier = absl::StrCat("智能工厂层级：", tier_.zh());
    if (type == Tier::descriptor()) return MakeText(tier, tier_.en());
    if (type == Condition::descriptor()) {
      const LocalText& text = static_cast<const Condition&>(element).text();
      return MakeText(absl::StrCat(tier, " · ", text.zh()),
                      absl::StrCat(tier_.en(), " · ", text.en()));
    }
    return std::nullopt;
  }

  // Decimals of a number that is measured in the unit of a fact.
  int ScaleOf(const Message& message, const FieldDescriptor& field) const {
    if (message.GetDescriptor() == Fact::descriptor()) {
      const Fact& fact = static_cast<const Fact&>(message);
      return field.number() == Fact::kScaleFieldNumber ? 0 : fact.scale();
    }
    if (message.GetDescriptor() == AtLeast::descriptor()) {
      const int fact = criteria_.FindFact(static_cast<const AtLeast&>(message).measure().fact());
      return fact < 0 ? 0 : criteria_.rulebook().facts(fact).scale();
    }
    return 0;
  }

  const Criteria& criteria_;
  LocalText tier_;
  std::vector<std::string> paths_;
  std::map<std::string, Value> values_;
  std::map<std::string, LocalText> names_;
};

// The paths of both in the new order; those that are gone follow what they followed.
std::vector<std::string> AllPaths(const Values& from, const Values& to) {
  std::list<std::string> all(to.paths().begin(), to.paths().end());
  std::map<std::string, std::list<std::string>::iterator> places;
  for (auto place = all.begin(); place != all.end(); ++place) places[*place] = place;
  auto next = all.begin();
  for (const std::string& path : from.paths()) {
    auto known = places.find(path);
    if (known == places.end()) {
      all.insert(next, path);
    } else {
      next = std::next(known->second);
    }
  }
  return {all.begin(), all.end()};
}

}  // namespace

bool RulebooksDiffer(const Criteria& from, const Criteria& to) {
  return WithoutEdition(from).SerializeAsString() != WithoutEdition(to).SerializeAsString();
}

void DiffRulebooks(const Criteria& from, const Criteria& to,
                   google::protobuf::RepeatedPtrField<RuleChange>& changes) {
  const Values before(from, WithWeightsOf(to, from));
  const Values after(to, WithWeightsOf(from, to));
  for (const std::string& path : AllPaths(before, after)) {
    const Values::Value* const old_value = before.Find(path);
    const Values::Value* const new_value = after.Find(path);
    if (old_value != nullptr && new_value != nullptr && old_value->text == new_value->text) {
      continue;
    }
    RuleChange& change = *changes.Add();
    change.set_field(path);
    if (old_value != nullptr) change.set_old_value(old_value->text);
    if (new_value != nullptr) change.set_new_value(new_value->text);
    const std::string& subject = (new_value != nullptr ? new_value : old_value)->subject;
    const LocalText* name = after.FindName(subject);
    if (name == nullptr) name = before.FindName(subject);
    if (name != nullptr) *change.mutable_subject() = *name;
  }
}

}  // namespace zhiping::criteria
