#include "engine/notice.h"

#include <utility>

namespace engine {
namespace {

NoticeReceiver& receiver() {
  static NoticeReceiver current;
  return current;
}

}  // namespace

NoticeReceiver on_notice(NoticeReceiver next) { return std::exchange(receiver(), std::move(next)); }

void tell(const std::string& text) {
  if (receiver()) receiver()(text);
}

}  // namespace engine
