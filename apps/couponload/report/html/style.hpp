#pragma once
// How the page looks, on light, dark and paper.

#include <string_view>

namespace coupon::load::html {

[[nodiscard]] std::string_view style_sheet();

}  // namespace coupon::load::html
