/**
 * Colours that people with the usual colour blindnesses tell apart (Okabe and Ito, 2008), a shade lighter on dark ground.
 * The page follows the reader's choice of light or dark and needs nothing from the network.
 */
export const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --faint: #6a737d; --line: #d8dee4;
  --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #aa4499; --c4: #8a6d00; --c5: #117a8b; --c6: #882255; --c7: #555;
  --waiting: #d8dee4; --loading: #e69f00; --training: #0072b2; --on-demand: #aa4499; --lost: #b00020; --inside: #fff; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --text: #e6e9ec; --faint: #9aa4ad; --line: #353b41;
  --c0: #56b4e9; --c1: #ff9a52; --c2: #35c79b; --c3: #e39ad6; --c4: #e5c83b; --c5: #5fd0e0; --c6: #e0839f; --c7: #bbb;
  --waiting: #353b41; --loading: #e69f00; --training: #56b4e9; --on-demand: #e39ad6; --lost: #ff5d6c; --inside: #14171a; } }
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p, td.origin { color: var(--faint); } code { font-size: 0.9em; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--text); font: 13px system-ui, sans-serif; }
svg text.name { fill: var(--faint); } svg text.inside { fill: var(--inside); font-size: 10px; }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 0.25rem 0.4rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; vertical-align: bottom; } small { display: block; color: var(--faint); white-space: nowrap; }
th:first-child, td:first-child, .left th, .left td { text-align: left; overflow-wrap: break-word; }
@media (max-width: 66rem) { .figures thead { display: none; } .figures tbody { display: block; }
  .figures tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
  .figures td { display: block; border: 0; text-align: left; } .figures td:first-child { grid-column: 1 / -1; font-weight: 600; }
  .figures td:not(:first-child)::before { content: attr(data-head); display: block; color: var(--faint); font-size: 0.8rem; } }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.4rem; margin: 0.6rem 0; padding: 0; list-style: none; font-size: 0.9rem; }
.legend li { display: flex; align-items: center; gap: 0.5rem; } svg.sample { width: 30px; height: 10px; flex: none; }
.axis { stroke: var(--faint); } .grid { stroke: var(--line); }
.line { fill: none; stroke-width: 2; } .d1 { stroke-dasharray: 7 4; } .d2 { stroke-dasharray: 2 3; } .d3 { stroke-dasharray: 10 3 2 3; } .mark { fill: var(--text); }
.deadline { stroke: var(--text); stroke-dasharray: 4 3; }
rect.waiting { fill: var(--waiting); } rect.loading { fill: var(--loading); } rect.training { fill: var(--training); }
rect.on-demand { fill: var(--on-demand); } rect.lost { fill: var(--lost); }
${["waiting", "loading", "training", "on-demand", "lost"].map((kind) => `.key .${kind} { background: var(--${kind}); }`).join(" ")}
.key { display: flex; flex-wrap: wrap; gap: 0 1.2rem; } .key b { font-weight: 400; white-space: nowrap; }
.key span { display: inline-block; width: 0.9em; height: 0.9em; margin: 0 0.35em 0 0; vertical-align: -0.1em; }
${Array.from({ length: 8 }, (_, at) => `.c${at} { stroke: var(--c${at}); }`).join(" ")}
`;
