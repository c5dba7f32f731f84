import { COLOUR_STYLE } from './charts/colours.js';

/** The style sheet of the page. Failures are marked by words and signs, not only by colour. */
export const STYLE = `${COLOUR_STYLE}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 80rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.6rem; margin: 0 0 0.5rem; }
h2 { font-size: 1.25rem; margin: 3rem 0 0.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
p { margin: 0.5rem 0; max-width: 60rem; }
a { color: var(--series-1); }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { background: var(--raised); padding: 0.6rem 0.8rem; overflow-x: auto; white-space: pre-wrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0.5rem 0; }
th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--muted); font-weight: 600; }
tbody th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
tr.failed td, tr.failed th { background: var(--bad-page); }
.summary { font-size: 13.5px; width: 100%; }
.verdict { white-space: nowrap; font-weight: 600; color: var(--muted); }
.verdict.passed { color: var(--good); }
.verdict.failed { color: var(--bad); white-space: normal; }
.verdict.passed::before { content: '✓ '; }
.verdict.failed::before { content: '✗ '; }
ul.examples { margin: 0; padding-left: 1.1rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 0.5rem 0; }
dt { color: var(--muted); }
dd { margin: 0; }
dl.counts { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); }
dl.counts dd { font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
details { margin: 0.75rem 0; }
summary { cursor: pointer; color: var(--muted); }
figure { margin: 0.75rem 0; overflow-x: auto; }
figure svg { display: block; width: 100%; height: auto; min-width: 44rem; }
`;
