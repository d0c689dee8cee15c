/** The report's style sheet: system fonts, light and dark by the reader's setting, down to a phone's width, and fit for paper. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6570; --line: #c9ced4; --ground: #ffffff; --raised: #f5f6f8; --accent: #1f6fc4; --bad: #b3261e; --good: #1b7a3d; --warn: #8a5a00;
  --series-1: #2f7fd6; --series-2: #c46f17; --series-3: #338a4b; --series-4: #a45fc0; --series-5: #c8484e; --series-6: #857431 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3adb8; --line: #4a525b; --ground: #15181b; --raised: #1e2226; --accent: #7db7f5; --bad: #ff8a80; --good: #7bd69a; --warn: #f0bd62;
  --series-1: #6aaef2; --series-2: #e59b4c; --series-3: #62b97b; --series-4: #c592dc; --series-5: #ec7f84; --series-6: #bdaa5e } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 74rem; color: var(--ink); background: var(--ground); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem }
p { margin: .4rem 0; max-width: 75ch; overflow-wrap: break-word }
.verdict { font-size: 1.15rem; line-height: 1.45; margin: .7rem 0; padding: .6rem .9rem; max-width: 60rem; background: var(--raised); border-left: 4px solid var(--soft); border-radius: .2rem }
.verdict.lost { border-color: var(--bad) } .verdict.kept { border-color: var(--good) } .verdict.unsure { border-color: var(--warn) }
.lead, .note, figcaption, caption { color: var(--soft) }
figcaption { max-width: 75ch; font-size: .9rem }
caption { text-align: left; padding: 0 0 .5rem; font-size: .9rem }
.hint[hidden] { display: none } .hint { color: var(--soft); font-size: .85rem; font-style: italic }
@media (scripting: none) and (max-width: 74rem) { .hint { display: block } }
.scroll { overflow-x: auto; max-width: 100% }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums }
th, td { padding: .35rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); white-space: nowrap }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; white-space: normal; overflow-wrap: break-word }
.variant { white-space: normal; overflow-wrap: anywhere; min-width: 5.5rem; max-width: 14rem }
.cards > tbody > tr > th { white-space: normal; overflow-wrap: anywhere; min-width: 10rem; max-width: 16rem }
.number, thead th.number { text-align: right }
.status { white-space: normal; min-width: 7.5rem }
.sign { display: inline-block; width: 1em; height: 1em; vertical-align: -.12em; fill: currentColor }
.sign.good { color: var(--good) } .sign.bad { color: var(--bad) } .sign.warning { color: var(--warn) } .sign.unsure { color: var(--soft) }
.interval { display: block; color: var(--soft); font-size: .85em; font-weight: 400 }
td.lost { color: var(--bad) } td.gained, .right { color: var(--good) }
.tag { font-size: .78em; padding: 0 .4em; border: 1px solid currentColor; border-radius: .6em; white-space: nowrap }
figure { margin: 1.4rem 0 } .chart svg { display: block; width: 100%; height: auto; color: var(--ink) }
.wide-page { max-width: 60rem } .half-page { max-width: 38rem } .narrow-page { display: none; max-width: 30rem }
.controls { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin: .6rem 0 }
.controls > * { max-width: 100% }
.controls label { display: grid; min-width: 0; gap: .15rem; font-size: .85rem; color: var(--soft) }
input, select, button { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: .4rem; padding: .35rem .6rem; max-width: 100%; min-width: 0 }
input[type=search] { width: 17rem }
button:disabled { opacity: .45 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
#flip-table { width: 100% } #flip-rows > tr > td { white-space: normal; overflow-wrap: anywhere; min-width: 5rem } #flip-rows > tr > td:first-child { min-width: 9.5rem } #flip-rows > tr > td:nth-child(3) { min-width: 7rem } #flip-rows > tr > td:nth-child(4) { min-width: 6.5rem } #flip-rows > tr > .number { min-width: 3rem } #flip-table .item { width: 100% }
summary { cursor: pointer; overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); padding: .7rem; border-radius: .4rem; font-size: .88rem }
.outcomes { margin: .5rem 0; padding-left: 1.2rem }
.choices { width: auto; max-width: 100% } .choices td, .choices th { white-space: normal } .choices td:first-child { overflow-wrap: anywhere } .choices td:nth-child(n+2) { white-space: nowrap } .picked { font-weight: 700 }
.hash { font-family: ui-monospace, monospace; font-size: .85em; overflow-wrap: anywhere; white-space: normal; min-width: 8rem }
@media screen and (max-width: 40rem) {
  body { padding: 1.2rem 1rem 3rem } h1 { font-size: 1.4rem } .verdict { font-size: 1.05rem }
  .wide-page { display: none } .narrow-page { display: block }
  .scroll { overflow-x: visible } .hint { display: none }
  table.cards, .cards > caption, .cards > tbody { display: block; width: 100% } .cards > thead { display: none }
  .cards > tbody > tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .4rem .8rem; padding: .7rem 0; border-top: 1px dashed var(--line) }
  .cards > tbody > tr:has(> th), #flip-rows > tr { border-top: 1px solid var(--soft) }
  .cards > tbody > tr > * { display: block; padding: 0; border: 0; min-width: 0; max-width: none; text-align: left; white-space: normal; overflow-wrap: anywhere }
  .cards > tbody > tr > th, .cards > tbody > tr > .item, .cards > tbody > tr > .hash, .cards > tbody > tr > .variant { grid-column: 1 / -1 }
  .cards > tbody > tr > .variant { font-weight: 600 }
  .cards > tbody > tr > td[data-label]::before { content: attr(data-label); display: block; color: var(--soft); font: .8rem/1.3 system-ui, sans-serif }
  #flip-rows > tr > td:nth-child(n) { min-width: 0 } .controls label, input[type=search], select { width: 100% } .controls > label { flex: 1 1 45% }
}
@page { margin: 14mm }
@media print {
  :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --ground: #fff; --raised: #f3f3f3; --bad: #b3261e; --good: #1b7a3d; --warn: #8a5a00;
    --series-1: #2f7fd6; --series-2: #c46f17; --series-3: #338a4b; --series-4: #a45fc0; --series-5: #c8484e; --series-6: #857431 }
  body { max-width: none; padding: 0; font-size: 10pt } h1 { font-size: 16pt } .verdict { font-size: 11pt; print-color-adjust: exact }
  .controls, .hint { display: none !important } .scroll { overflow: visible }
  table { font-size: 7pt; width: 100% } th, td { padding: 2pt; white-space: normal }   .cards > tbody > tr > th { min-width: 9em } td.number { white-space: nowrap } thead th.number { white-space: normal } .status, .hash { min-width: 0 }
  tr, figure, .verdict { break-inside: avoid } h2 { break-after: avoid } thead { display: table-header-group }
}
`
