/** The report's style sheet: system fonts, light and dark by the reader's setting, down to a phone's width, and fit for paper. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6570; --line: #c9ced4; --ground: #ffffff; --raised: #f5f6f8; --accent: #1f6fc4; --bad: #b3261e; --good: #1b7a3d;
  --series-1: #2f7fd6; --series-2: #c46f17; --series-3: #338a4b; --series-4: #a45fc0; --series-5: #c8484e; --series-6: #857431 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3adb8; --line: #4a525b; --ground: #15181b; --raised: #1e2226; --accent: #7db7f5; --bad: #ff8a80; --good: #7bd69a;
  --series-1: #6aaef2; --series-2: #e59b4c; --series-3: #62b97b; --series-4: #c592dc; --series-5: #ec7f84; --series-6: #bdaa5e } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 80rem; color: var(--ink); background: var(--ground); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem }
p { margin: .4rem 0; max-width: 70ch }
.lead, .note, figcaption, caption { color: var(--soft) }
figcaption { max-width: 70ch }
caption { text-align: left; padding: 0 0 .5rem; font-size: .9rem }
.scroll { overflow-x: auto; max-width: 100% }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums }
th, td { padding: .35rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); white-space: nowrap }
thead th { color: var(--soft); font-weight: 600 }
tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; max-width: 18rem }
.number, thead th.number { text-align: right }
.status { white-space: normal; min-width: 8rem }
.interval { display: block; color: var(--soft); font-size: .85em }
.lost { color: var(--bad) } .gained, .right { color: var(--good) }
figure { margin: 1.2rem 0 } svg { display: block; max-width: 100%; min-width: 40rem; height: auto; color: var(--ink) }
.controls { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin: .6rem 0 }
.controls > * { max-width: 100% }
.controls label { display: grid; min-width: 0; gap: .15rem; font-size: .85rem; color: var(--soft) }
input, select, button { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: .4rem; padding: .35rem .6rem; max-width: 100%; min-width: 0 }
button:disabled { opacity: .45 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
#flip-table { width: 100% } #flip-table td:last-child { white-space: normal; min-width: 18rem }
summary { cursor: pointer; overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); padding: .7rem; border-radius: .4rem; font-size: .88rem }
.choices td { white-space: normal } .picked { font-weight: 700 }
.hash { font-family: ui-monospace, monospace; font-size: .85em; overflow-wrap: anywhere; white-space: normal; min-width: 12rem }
@media print { body { max-width: none; padding: 0 } .controls { display: none } }
`
