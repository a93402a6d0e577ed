#include "couponload/report/html/style.hpp"

namespace coupon::load::html {

std::string_view style_sheet() {
  return R"css(
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#55606e;--rule:#d9dee5;--grid:#e6eaef;
--good:#12703b;--bad:#b3261e;--warn:#8a5a00;--none:#55606e;--all:#3a4658;--issued:#117a3d;--pending:#7a4fbf;
--duplicate:#0b6fa8;--sold_out:#c26a00;--refused:#8c6d1f;--error:#c22a5e;--unknown:#b3261e}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b2129;--ink:#e6eaf0;--soft:#a3aebc;--rule:#343d49;
--grid:#2a323d;--good:#5ed38c;--bad:#ff8a80;--warn:#ffc15e;--none:#a3aebc;--all:#c3ccd8;--issued:#4fcf83;
--pending:#b99cff;--duplicate:#62bdf2;--sold_out:#ffa94d;--refused:#d9bd6a;--error:#ff7fae;--unknown:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 4px}h2{font-size:1.2rem;margin:36px 0 12px}h3{font-size:1rem;margin:0 0 10px}
p{margin:0 0 8px}.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:18px 20px;margin:0 0 16px}
.banner{border-left:8px solid var(--none)}.banner.good{border-left-color:var(--good)}.banner.bad{border-left-color:var(--bad)}
.banner.warn{border-left-color:var(--warn)}
.banner .word{font-size:1.7rem;font-weight:700;letter-spacing:.01em}
.good .word,.t-good{color:var(--good)}.bad .word,.t-bad{color:var(--bad)}.warn .word,.t-warn{color:var(--warn)}.t-none{color:var(--none)}
.t-good,.t-bad,.t-warn{font-weight:600}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 16px}
.tile{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:12px 16px}
.tile b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:.85rem}
.wide{overflow-x:auto}.wide+.wide{margin-top:16px}[class^=t-]{white-space:nowrap}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:left;border-bottom:1px solid var(--grid);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.85rem;white-space:nowrap}tr:last-child>*{border-bottom:0}
td.n,th.n{text-align:right;white-space:nowrap}th[scope=row]{color:var(--ink);font-size:inherit}
tr.sum>*{border-top:2px solid var(--rule);font-weight:600}
ul.examples{margin:4px 0 6px;padding-left:20px;font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
code{font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
details>summary{cursor:pointer;font-weight:600;padding:4px 0}details[open]>summary{margin-bottom:10px}
svg{display:block;width:100%;height:auto}svg text{font:13px system-ui,"DejaVu Sans",sans-serif;fill:var(--soft)}
svg text.end{text-anchor:end}svg text.mid{text-anchor:middle}svg text.name{font-weight:600}
.grid{stroke:var(--grid);fill:none}.axis{stroke:var(--rule);fill:none}.line{fill:none;stroke-width:2.2;stroke-linejoin:round}
.line.c-all{stroke:var(--all);stroke-width:3.4;stroke-opacity:.45}.bar.c-all{fill:var(--all)}
.line.c-issued{stroke:var(--issued)}.bar.c-issued{fill:var(--issued)}
.line.c-pending{stroke:var(--pending);stroke-dasharray:9 3}.bar.c-pending{fill:var(--pending)}
.line.c-duplicate{stroke:var(--duplicate);stroke-dasharray:2 3}.bar.c-duplicate{fill:var(--duplicate)}
.line.c-sold_out{stroke:var(--sold_out);stroke-dasharray:7 4}.bar.c-sold_out{fill:var(--sold_out)}
.line.c-refused{stroke:var(--refused);stroke-dasharray:9 3 2 3}.bar.c-refused{fill:var(--refused)}
.line.c-error{stroke:var(--error);stroke-dasharray:4 2}.bar.c-error{fill:var(--error)}
.line.c-unknown{stroke:var(--unknown);stroke-dasharray:2 2 7 2}.bar.c-unknown{fill:var(--unknown)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:.9rem;color:var(--soft)}
.legend span{display:inline-flex;align-items:center;gap:6px}.legend svg{width:26px;height:10px;flex:none}
footer{color:var(--soft);font-size:.85rem;margin-top:32px}
@media print{body{background:#fff}.card,.tile{break-inside:avoid}}
)css";
}

}  // namespace coupon::load::html
