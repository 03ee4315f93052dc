/** The page's looks: light, dark and printed. Colours are named once, by what they mean. */
export const STYLE_SHEET = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#1c2330;--dim:#5b6675;--line:#dbe0e8;
--good:#1a7f4b;--good-soft:#d3eedf;--bad:#c2312d;--bad-soft:#fbdedc;--warn:#8a5a00;--warn-soft:#fbeccb;
--cool:#2457c5;--cool-soft:#dce6fb;--violet:#6b3fb5;--violet-soft:#e8defa;--idle:#e4e8ee;--focus:#2457c5;
--shadow:0 1px 2px #1c233014,0 4px 16px #1c23300a}
@media (prefers-color-scheme:dark){:root{--ground:#10141b;--card:#181e28;--ink:#e8ecf3;--dim:#9aa7b8;
--line:#2c3646;--good:#5ccf94;--good-soft:#153a29;--bad:#ff8a80;--bad-soft:#48191c;--warn:#f0bf5a;
--warn-soft:#40310e;--cool:#8db4ff;--cool-soft:#1c3059;--violet:#c3a5ff;--violet-soft:#35235c;--idle:#2a3342;
--focus:#8db4ff;--shadow:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",
Roboto,"DejaVu Sans",sans-serif}
main,header.top,footer{max-width:1080px;margin:0 auto;padding:0 24px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;font-size:.9em}
code{overflow-wrap:anywhere}td code,td:last-child:not(:first-child){overflow-wrap:normal}td:first-child code{white-space:nowrap}
pre{background:var(--ground);border:1px solid var(--line);border-radius:8px;padding:10px 14px;overflow-x:auto}
a{color:var(--cool)}
.dim{color:var(--dim)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:6px}
header.top{padding-top:32px}
.verdict{display:flex;gap:20px;align-items:center;background:var(--card);border:1px solid var(--line);
border-left:8px solid var(--tone);border-radius:14px;padding:20px 24px;box-shadow:var(--shadow)}
.verdict .word{font-size:30px;font-weight:750;letter-spacing:.02em;color:var(--tone)}
.verdict h1{font-size:20px;line-height:1.3;margin:0 0 2px}
.verdict p{margin:0}
.PASS{--tone:var(--good)}.FAIL,.ERROR,.TIMEOUT{--tone:var(--bad)}.ABORTED,.SKIPPED,.DRY{--tone:var(--warn)}
nav{margin:14px 0 0}nav ul{display:flex;flex-wrap:wrap;gap:6px 18px;list-style:none;margin:0;padding:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:16px 0 0;padding:0}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:12px 16px}
.tiles dt{color:var(--dim);font-size:13px}.tiles dd{margin:0;font-size:20px;font-weight:650}
.tiles dd small{font-size:13px;font-weight:400;color:var(--dim)}
section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:18px 24px 20px;
margin:16px 0;box-shadow:var(--shadow)}
h2{font-size:17px;margin:0 0 10px}h3{font-size:15px;margin:18px 0 6px}h4{font-size:13px;margin:12px 0 2px;
color:var(--dim);font-weight:600}
h4+ul{margin:0;padding-left:20px}
.note{color:var(--dim);margin:6px 0}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0 0 8px;padding:0;color:var(--dim);
font-size:13px}
.legend li{display:flex;align-items:center;gap:7px}
.swatch{width:14px;height:14px;border-radius:4px;background:var(--fill);border:1.5px solid var(--edge)}
.scroll{overflow-x:auto}
svg{display:block;width:100%;min-width:720px;height:auto;font:13px system-ui,-apple-system,"Segoe UI",Roboto,
"DejaVu Sans",sans-serif}
svg text{fill:var(--ink)}svg .dim{fill:var(--dim)}svg .small{font-size:12px}svg .tiny{font-size:10.5px}
svg .num{font-size:15px;font-weight:650}
svg .hint{fill:var(--dim);font-size:12.5px}
svg .says{font-size:12.5px;visibility:hidden}
.told{outline:none;cursor:default}
.told:hover .says,.told:focus .says{visibility:visible}
svg:has(.told:hover) .told:focus:not(:hover) .says{visibility:hidden}
svg:has(.told:hover) .hint,svg:has(.told:focus) .hint{visibility:hidden}
.unchanged{--fill:var(--idle);--edge:var(--line)}
.erased{--fill:var(--warn-soft);--edge:var(--warn)}
.programmed{--fill:var(--cool-soft);--edge:var(--cool)}
.verified{--fill:var(--good-soft);--edge:var(--good)}
.begun{--fill:var(--bad-soft);--edge:var(--bad)}
.planned{--fill:var(--violet-soft);--edge:var(--violet)}
.swatch.protected{--fill:repeating-linear-gradient(45deg,var(--dim) 0 2px,transparent 2px 5px);--edge:var(--dim)}
.sector .body{fill:var(--fill);stroke:var(--edge);stroke-width:1.5}
.sector.planned .body{stroke-dasharray:5 3}
.sector .tick{fill:none;stroke:var(--good);stroke-width:2.5;stroke-linecap:round;stroke-linejoin:round}
svg text.veil{fill:var(--violet);font-size:11px}.veil{color:var(--violet)}
.hatch{stroke:var(--dim);stroke-width:2.5;opacity:.55}.lock{pointer-events:none}
.told:hover .body,.told:focus .body{stroke:var(--focus);stroke-width:3}
.bit text{font-family:ui-monospace,Menlo,"DejaVu Sans Mono",monospace;font-size:12.5px}
.bit .one{fill:var(--cool-soft);stroke:var(--cool)}.bit .zero{fill:var(--card);stroke:var(--line)}
.bit.nameless{opacity:.55}
.bit .says{font:12.5px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.bit .outline{fill:none;stroke:var(--bad);stroke-width:2.5}
.bit:hover .one,.bit:hover .zero,.bit:focus .one,.bit:focus .zero{stroke:var(--focus);stroke-width:2.5}
.bracket{fill:none;stroke:var(--dim);stroke-width:1}
svg text.changed{fill:var(--bad);font-weight:650}
.grid{stroke:var(--line);stroke-width:1}
.bar .hit{fill:transparent}.bar:hover .hit,.bar:focus .hit{fill:var(--cool-soft);opacity:.6}
.bar .body{fill:var(--good)}.bar.changed .body{fill:var(--cool)}.bar.plan .body{fill:var(--dim)}
.bar.skipped .body,.bar.unknown .body{fill:var(--line)}.bar.failed .body,.bar.blocked .body{fill:var(--bad)}
.bar .name{font-weight:600}.notch{fill:var(--warn)}
.part{--fill:var(--dim);--edge:var(--dim);fill:var(--dim)}
.part.erase{--fill:var(--warn);--edge:var(--warn);fill:var(--warn)}
.part.program{--fill:var(--cool);--edge:var(--cool);fill:var(--cool)}
.part.verify{--fill:var(--good);--edge:var(--good);fill:var(--good)}
.part.read{--fill:var(--violet);--edge:var(--violet);fill:var(--violet)}
.rung .body{fill:var(--good-soft);stroke:var(--good);stroke-width:2}
.rung .mark{fill:none;stroke:var(--good);stroke-width:2.5;stroke-linecap:round;stroke-linejoin:round}
.rung.broke .body,.rung.lost .body{fill:var(--bad-soft);stroke:var(--bad)}
.rung.broke .mark,.rung.lost .mark{stroke:var(--bad)}
.rung.not-reached .body,.rung.not-known .body{fill:var(--card);stroke:var(--line)}
.rung.not-known .body{stroke:var(--dim)}.rung.not-reached .mark,.rung.not-known .mark{stroke:var(--dim)}
svg .rung .name{font-weight:600}.rung.not-reached .name{fill:var(--dim)}
.rail{stroke:var(--good);stroke-width:3}.rail.broke,.rail.lost{stroke:var(--bad);stroke-dasharray:4 5}
.rail.not-reached{stroke:var(--line)}.rail.not-known{stroke:var(--dim)}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;color:var(--dim);font-weight:600;font-size:13px}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
details{margin-top:10px}summary{cursor:pointer;color:var(--cool);font-size:14px;width:max-content}
details>.scroll,details>dl{margin-top:8px}
.card{border:1px solid var(--line);border-left:5px solid var(--bad);border-radius:10px;padding:4px 18px 10px;
margin-top:12px}
.card.warning{border-left-color:var(--warn)}.card.note{border-left-color:var(--cool)}
.state,.time{white-space:nowrap}.state{font-weight:600}.state.changed{color:var(--cool)}.state.failed,.state.blocked{
color:var(--bad)}.state.skipped,.state.unknown{color:var(--dim)}.state.would_change{color:var(--violet)}
.ok{color:var(--good);font-weight:650}.no{color:var(--bad);font-weight:650}
dl.facts{display:grid;grid-template-columns:fit-content(40%) minmax(0,1fr);gap:4px 18px;margin:0}
dl.facts dt{color:var(--dim);overflow-wrap:anywhere}dl.facts dd{margin:0;overflow-wrap:anywhere}
footer{color:var(--dim);font-size:13px;padding-bottom:32px}
@media (max-width:640px){main,header.top,footer{padding-left:12px;padding-right:12px}.verdict{display:block}
section{padding:14px}dl.facts{grid-template-columns:minmax(0,1fr);gap:0}dl.facts dd{margin-bottom:8px}}
@media print{body{background:#fff}section,.verdict{box-shadow:none;break-inside:avoid}.hint,nav{display:none}}
`;
