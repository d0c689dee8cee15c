/**
 * Writes the built-in tasks, ten sentences to calibrate on, and the text that the built-in model is trained on.
 *
 *   node --import ./scripts/typescript.js scripts/make-demo-world.ts DEMO_FOLDER CORPUS.jsonl [DOCUMENTS]
 *
 * The text goes to scripts/train-demo-model.py. Both are the same on every machine.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { calibrationSentences, trainingDocuments } from './demo-world/corpus.ts'
import { drawTaskRows, heldOutKeys, TRAINING_DOCUMENTS } from './demo-world/task-rows.ts'

const [demoFolder, corpusFile, documents = String(TRAINING_DOCUMENTS)] = process.argv.slice(2)
if (demoFolder === undefined || corpusFile === undefined) throw new Error('give DEMO_FOLDER and CORPUS.jsonl')

const drawn = drawTaskRows()
const files: Record<string, readonly unknown[]> = {
  'piqa/validation': drawn.piqa,
  'boolq/validation': drawn.boolq.map((row, idx) => ({ ...row, idx })),
  'hellaswag/validation': drawn.hellaswag.map((row, ind) => ({ ind, ...row })),
  ...Object.fromEntries(
    Object.entries(drawn.mmlu).flatMap(([subject, { dev, test }]) => [
      [`mmlu/dev/${subject}`, dev],
      [`mmlu/test/${subject}`, test],
    ]),
  ),
  'wikitext/test_document_level': drawn.wikitext,
}
for (const [name, rows] of Object.entries(files)) {
  const file = path.join(demoFolder, 'suites', `${name}.jsonl`)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}

await writeFile(
  path.join(demoFolder, 'calibration.txt'),
  calibrationSentences()
    .map((sentence) => `${sentence}\n`)
    .join(''),
)

const corpus = createWriteStream(corpusFile)
for (const text of trainingDocuments(Number(documents), heldOutKeys(drawn))) {
  if (!corpus.write(`${JSON.stringify(text)}\n`)) await once(corpus, 'drain')
}
corpus.end()
await finished(corpus)
