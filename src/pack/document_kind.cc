#include "pack/document_kind.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pack/json_member.h"

namespace firn {
namespace {

namespace dom = simdjson::dom;

/// What HQ's Couch-shaped documents call themselves; deleted ones have `-Deleted` behind it.
constexpr std::array<std::pair<std::string_view, Kind>, 11> kDocTypes{{{"XFormInstance", Kind::kForm},
                                                                       {"XFormArchived", Kind::kForm},
                                                                       {"XFormDeprecated", Kind::kForm},
                                                                       {"XFormDuplicate", Kind::kForm},
                                                                       {"XFormError", Kind::kForm},
                                                                       {"SubmissionErrorLog", Kind::kForm},
                                                                       {"HQSubmission", Kind::kForm},
                                                                       {"CommCareCase", Kind::kCase},
                                                                       {"CommCareUser", Kind::kUser},
                                                                       {"WebUser", Kind::kUser},
                                                                       {"Location", Kind::kLocation}}};

/// A member that only documents of one kind have. The first that is there decides.
struct Mark {
  std::string_view key;
  Kind kind;
};
constexpr std::array<Mark, 6> kMarks{{{"data_source_id", Kind::kDataSource},
                                      {"case_id", Kind::kCase},
                                      {"form_id", Kind::kFormStub},
                                      {"username", Kind::kUser},
                                      {"location_id", Kind::kLocation},
                                      {"site_code", Kind::kLocation}}};

std::optional<Kind> kind_of_doc_type(std::string_view name) {
  constexpr std::string_view kDeleted = "-Deleted";
  if (name.ends_with(kDeleted)) {
    name.remove_suffix(kDeleted.size());
  }
  for (const auto& [known, kind] : kDocTypes) {
    if (known == name) {
      return kind;
    }
  }
  return std::nullopt;
}

struct Shown {
  Kind kind;
  std::string_view key;  ///< the member that shows it
};

std::optional<Shown> shown_kind(const dom::object& document) {
  if (const auto name = text_of(member(document, "doc_type"))) {
    if (const auto kind = kind_of_doc_type(*name)) {
      return Shown{*kind, "doc_type"};
    }
  }
  if (const auto form = member(document, "form"); form && form->is_object()) {
    return Shown{Kind::kForm, "form"};
  }
  for (const Mark& mark : kMarks) {
    if (member(document, mark.key)) {
      return Shown{mark.kind, mark.key};
    }
  }
  return std::nullopt;
}

/// What every document of the kind must have; its ids are another question.
std::string_view needed(Kind kind, const dom::object& document) {
  const auto is_object = [&](std::string_view key) {
    const auto element = member(document, key);
    return element && element->is_object();
  };
  if (kind == Kind::kForm && !is_object("form")) {
    return "form";
  }
  if (kind == Kind::kDataSource) {
    const auto rows = member(document, "data");
    return rows && rows->is_array() ? "" : "data";
  }
  return "";
}

std::string_view mark_of(Kind kind) {
  for (const Mark& mark : kMarks) {
    if (mark.kind == kind) {
      return mark.key;
    }
  }
  return "form";
}

}  // namespace

std::optional<std::string> place_of_other_kind(Kind kind, const dom::object& document) {
  const auto shown = shown_kind(document);
  std::string_view key;
  if (!shown) {
    key = mark_of(kind);
  } else if (shown->kind != kind) {
    key = shown->key;
  } else {
    key = needed(kind, document);
  }
  return key.empty() ? std::nullopt : std::optional("$." + std::string(key));
}

}  // namespace firn
