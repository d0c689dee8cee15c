/** The page's section on the runs that were compared: the model, the date and the program. */
import type { Comparison, RunSummary } from '../../compare/comparison.ts'
import { count } from '../../text/count.ts'
import { markup, type Html } from '../markup.ts'
import { NONE } from '../numbers.ts'
import { headCell, numberCell, scrollTable, textCell } from './table.ts'

/** A row for each run, the original's first. */
export function runSection({ original, variants }: Comparison): Html {
  const columns = ['run', 'made by', 'date', 'model', { number: 'parameters' }, 'sha256 of the weights', 'file']
  return markup`<section>
    <h2>Where the numbers come from</h2>
    ${scrollTable('Runs', columns, [original, ...variants].map(runRow))}
  </section>`
}

function runRow({ label, kind, tool, date, file, model }: RunSummary): Html {
  return markup`<tr>
    ${headCell(label)}${textCell(`${kind}, ${tool}`)}${textCell(date ?? NONE)}${hashCell(modelText(model))}
    ${numberCell(model.parameterCount === null ? null : count(model.parameterCount))}${hashCell(model.weightsHash ?? NONE)}${hashCell(file)}
  </tr>`
}

function modelText({ source, revision, variant }: RunSummary['model']): string {
  return `${source}${revision === null ? '' : ` @ ${revision}`}${variant === null ? '' : ` · ${variant}`}`
}

/** Text in a font of one width, which may break anywhere. */
function hashCell(text: string): Html {
  return markup`<td class="hash">${text}</td>`
}
