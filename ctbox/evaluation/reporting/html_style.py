"""The style of the report's page: on a screen, light or dark, and on paper."""

from __future__ import annotations

# Page margin boxes repeat the notice on every printed page where the browser knows them
# (Chromium, Edge, Chrome); Firefox gets a fixed line, which it repeats on every page.
STYLE = """
:root { color-scheme: light dark; --line: #d0d7de; --soft: #f6f8fa; --ink: #1b1f24;
  --muted: #57606a; --bad: #a40e26; --badsoft: #ffebe9; --paper: #fff; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #1c2128; --ink: #e6edf3;
  --muted: #9198a1; --bad: #ff9492; --badsoft: #3c1618; --paper: #0d1117; --accent: #6cb6ff; } }
* { box-sizing: border-box; }
body { font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
  color: var(--ink); background: var(--paper); max-width: 68rem; margin: 0 auto;
  padding: 1.5rem 1.5rem 4rem; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; line-height: 1.2; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .6rem; padding-top: .9rem;
  border-top: 2px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.8rem 0 .5rem; } h4 { font-size: .95rem; margin: 1.2rem 0 .4rem; }
p { margin: .4rem 0; } .muted { color: var(--muted); }
.notice { border: 1px solid var(--line); border-left: 5px solid var(--accent); background:
    var(--soft);
  border-radius: 6px; padding: .5rem .9rem; margin: .8rem 0; }
.warning { border: 2px solid var(--bad); background: var(--badsoft); border-radius: 6px;
  padding: .6rem .9rem; margin: .9rem 0; }
.warning strong { color: var(--bad); }
.tag { display: inline-block; border: 1px solid var(--bad); color: var(--bad); border-radius: 4px;
  padding: 0 .4em; font-size: .75rem; font-weight: 700; letter-spacing: .04em;
  vertical-align: .15em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; margin: .4rem 0 .8rem; }
caption { text-align: left; color: var(--muted); font-size: .85rem; padding-bottom: .25rem; }
th, td { text-align: left; padding: .28rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); font-weight: 600; }
tbody th { font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; } .interval { color: var(--muted); font-size: .92em; }
code { font: .84em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.figures td br { display: none; } .figures .interval { margin-left: .5em; }
.groups tbody th { width: 17%; }
.nowrap { white-space: nowrap; } dt { break-after: avoid; } dd { break-inside: avoid;
  margin: 0 0 .5rem 1.2rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .7rem;
  margin: .8rem 0; padding: 0; list-style: none; }
.cards li { border: 1px solid var(--line); border-radius: 8px; padding: .55rem .8rem;
  background: var(--soft); }
.cards b { display: block; font-size: 1.45rem; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.cards span { display: block; font-size: .8rem; color: var(--muted); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap:
    .9rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .6rem;
  background: #fff; color: #1b1f24; break-inside: avoid; }
figure img { display: block; width: 100%; height: auto; }
figcaption { font-size: .8rem; margin-top: .3rem; overflow-wrap: anywhere; }
figcaption b { display: block; }
.panel { margin: .8rem 0; }
footer { margin-top: 3rem; color: var(--muted); font-size: .82rem; }
.running { display: none; }
@page { size: A4; margin: 18mm 14mm 18mm;
  @top-left { content: "ctbox report"; font: 8pt sans-serif; color: #57606a; }
  @top-right { content: "Research use only, not for diagnosis."; font: 8pt sans-serif; color:
    #57606a; }
  @bottom-left { content: "Research use only, not for diagnosis."; font: 8pt sans-serif; color:
    #57606a; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color:
    #57606a; } }
@media print {
  :root { color-scheme: light; --line: #c8cfd6; --soft: #f6f8fa; --ink: #000; --muted: #444c56;
    --bad: #a40e26; --badsoft: #fff; --paper: #fff; --accent: #0b5cad; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h1 { font-size: 17pt; } h2 { font-size: 13pt; margin-top: 1.3rem; padding-top: .5rem; }
  h3 { margin-top: 1rem; } h4 { margin-top: .7rem; }
  h2, h3, h4, caption { break-after: avoid; } tr, .warning, .cards li { break-inside: avoid; }
  thead { display: table-header-group; } table { font-size: 7.6pt; } .wide { overflow: visible; }
  th, td { padding: .12rem .35rem; }
  .keep, .keep table { break-inside: avoid; }
  .cards { grid-template-columns: repeat(6, 1fr); gap: .35rem; }
  .cards li { padding: .35rem .5rem; } .cards b { font-size: 13pt; } .cards span { font-size: 7pt; }
  .plots { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .gallery { grid-template-columns: repeat(3, 1fr); gap: .5rem; }
  figure { padding: .35rem; } figcaption { font-size: 7pt; line-height: 1.35; }
  .plots img { height: 50mm; object-fit: contain; } .gallery img { height: 40mm;
    object-fit: contain; }
  .groups .interval { font-size: 6pt; } .groups th, .groups td { padding: .12rem .22rem; }
}
@supports (-moz-appearance: none) { @media print {
  .running { display: block; position: fixed; bottom: 0; left: 0; right: 0; font-size: 7.5pt;
    color: #444c56; } } }
"""
