/** The hub's own library reads what is written into a card. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { pythonWith } from '../../scripts/reference.ts'
import { cardContents } from '../../src/card/write/card-contents.ts'
import { readCard } from '../../src/card/read/read-card.ts'
import { renderCard } from '../../src/card/write/render-card.ts'
import { attempt } from '../reference.ts'
import { choiceTask, storedRun } from '../stored-runs.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const python = attempt(() => pythonWith('huggingface_hub<2', 'pyyaml'))

const READ = `
import dataclasses, json, sys
from huggingface_hub import ModelCard
data = ModelCard.load(sys.argv[1]).data
print(json.dumps([data.base_model, data.model_name, [{k: v for k, v in dataclasses.asdict(r).items() if v is not None} for r in data.eval_results]]))
`

describe.skipIf(python.missing !== undefined)(`huggingface_hub${python.missing === undefined ? '' : ` (skipped: ${python.missing})`}`, () => {
  test('reads dataset, configuration, split, revision, shots and items of a written model-index', () => {
    const dataset = { id: 'aps/super_glue', config: 'boolq', split: 'validation', revision: '3de24cf8022e94f4ee4b9d55a6f539891524d646' }
    const run = (label: string, right: number) => storedRun(label, [choiceTask('boolq', [right, 0, 1], { dataset, shotCount: 3, rowCount: 3270, limit: 3 })])
    const file = path.join(temporaryFolder(), 'README.md')
    writeFileSync(file, renderCard(readCard('# x\n', file), cardContents(run('base', 1), [run('no', 0)], {}, { baseModel: 'owner/base' })))
    expect(JSON.parse(execFileSync(python.value!, ['-c', READ, file], { encoding: 'utf8' }))).toEqual([
      'owner/base',
      'no',
      [
        {
          task_type: 'text-generation',
          task_name: 'Text Generation',
          dataset_type: 'aps/super_glue',
          dataset_name: 'BoolQ',
          dataset_config: 'boolq',
          dataset_split: 'validation',
          dataset_revision: '3de24cf8022e94f4ee4b9d55a6f539891524d646',
          dataset_args: { num_few_shot: 3, num_items: 3, limit: 3 },
          metric_type: 'accuracy',
          metric_name: 'Accuracy (3-shot, 3 of 3,270 items)',
          metric_value: 33.33,
        },
      ],
    ])
  })
})
