/** The page's section on the runs that were compared: the model, the date and the program. */
import type { Comparison, RunSummary } from '../../compare/comparison.ts'
import { count } from '../../text/count.ts'
import { markup, type Html } from '../markup.ts'
import { NONE, percent } from '../numbers.ts'
import { dataTable, hashCell, headCell, numberCell, textCell, type Cell } from './table.ts'

/** A row for each run, the original's first. */
export function runSection({ original, variants }: Comparison): Html {
  const columns = ['run', 'made by', 'date', 'rows', 'model', { number: 'parameters' }, 'sha256 of the weights', 'file']
  return markup`<section>
    <h2>Where the numbers come from</h2>
    ${dataTable('Runs', columns, [original, ...variants].map(runRow))}
  </section>`
}

function runRow(run: RunSummary): Cell[] {
  const { label, kind, tool, date, file, model } = run
  return [
    headCell(label),
    textCell(`${kind}, ${tool}`),
    textCell(date === null ? NONE : `${date.slice(0, 10)} ${date.slice(11, 16)}`.trim()),
    textCell(limitText(run)),
    hashCell(modelText(model)),
    numberCell(model.parameterCount === null ? null : count(model.parameterCount)),
    hashCell(model.weightsHash ?? NONE),
    hashCell(file),
  ]
}

/** Which rows of each task were scored. */
function limitText({ kind, limits, isComplete }: RunSummary): string {
  const texts = limits.map((limit) => (typeof limit === 'number' ? `first ${limit < 1 ? percent(limit, 0) : count(limit)}` : (limit ?? 'all')))
  const rows = kind === 'cited' ? NONE : `${texts.join(', ')}${limits.length > 1 ? ', by task' : typeof limits[0] === 'number' ? ' of each task' : ''}`
  return isComplete ? rows : `${rows}, interrupted`
}

function modelText({ source, revision, weights }: RunSummary['model']): string {
  return `${source}${revision === null ? '' : ` @ ${revision}`}${weights === null ? '' : ` · ${weights}`}`
}
