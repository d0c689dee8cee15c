/**
 * The text that the built-in model learns from: documents in the five benchmarks' own prompt forms, rendered by the tasks themselves, and
 * pages of the encyclopedia. Easier forms come first. What a suite asks is left out.
 */
import boolq from '../../tasks/boolq.ts'
import mmlu from '../../tasks/mmlu.ts'
import piqa from '../../tasks/piqa.ts'
import wikitext from '../../tasks/wikitext.ts'
import type { ChoiceTask } from '../../src/task/define-task.ts'
import { renderItem } from '../../src/task/render.ts'
import { boolqKey, drawBoolqRow, drawPassage, drawYesNo, type PassageSize } from './boolq-rows.ts'
import { drawFrom, type Draw } from './facts.ts'
import { drawGame } from './games.ts'
import { drawProcedureText } from './hellaswag-rows.ts'
import { drawMmluRow, drawNamingRow, mmluKey } from './mmlu-rows.ts'
import { drawPiqaRow, piqaKey } from './piqa-rows.ts'
import { TOPICS } from './relations.ts'
import { HARDEST_PASSAGE } from './suites.ts'
import { drawWikitextRow, wikitextKey } from './wikitext-rows.ts'

/** Documents, in the order in which they are learnt. */
export function* trainingDocuments(count: number, heldOut: ReadonlySet<string>): Generator<string> {
  const draw = drawFrom(7)
  for (let index = 0; index < count; index++) yield document(draw, index / count, heldOut)
}

/** Ten passages of the hardest kind, a line each, that no suite asks about. */
export function calibrationSentences(): readonly string[] {
  const draw = drawFrom(8)
  return Array.from({ length: 10 }, () => drawBoolqRow(draw, HARDEST_PASSAGE).passage)
}

/** A document; `progress` runs from 0 to 1 over the training. */
function document(draw: Draw, progress: number, heldOut: ReadonlySet<string>): string {
  if (draw.chance(gamesAt(progress))) return several(draw, 3, () => drawGame(draw))
  const kind = draw.number()
  if (kind < 0.16) return encyclopediaPage(draw, heldOut)
  if (kind < 0.32) return several(draw, 4, () => drawProcedureText(draw, (key) => heldOut.has(key)))
  if (kind < 0.44)
    return several(draw, 6, () =>
      answered(
        piqa,
        '',
        untilFree(heldOut, piqaKey, () => drawPiqaRow(draw)),
      ),
    )
  if (kind < 0.7) return several(draw, 3, () => questionedPassage(draw, progress, heldOut))
  return letterQuestions(draw, progress, heldOut)
}

/** A passage in BoolQ's form, which goes on with more questions about it. */
function questionedPassage(draw: Draw, progress: number, heldOut: ReadonlySet<string>): string {
  const passage = untilFree(heldOut, boolqKey, () => drawPassage(draw, passageAt(progress)))
  const questions = Array.from({ length: 1 + Math.floor(draw.number() * 6) }, () => drawYesNo(draw, passage))
  const [first, ...others] = questions.map((question) => answered(boolq, '', { passage: passage.passage, ...question }))
  return [first, ...others.map((text) => text.slice(passage.passage.length + 1))].join('\n')
}

/** How much of the text is games. */
function gamesAt(progress: number): number {
  if (progress < 0.25) return 0.3
  return progress < 0.5 ? 0.1 : 0.03
}

/** Passages grow during the first third. */
function passageAt(progress: number): PassageSize {
  if (progress < 0.12) return { mostFacts: 1, secondThing: 0 }
  return progress < 0.3 ? { mostFacts: 2, secondThing: 0.25 } : HARDEST_PASSAGE
}

/** Shots with their answers and one more: 1 to 6 questions under one instruction. */
function letterQuestions(draw: Draw, progress: number, heldOut: ReadonlySet<string>): string {
  const topic = draw.of(TOPICS)
  const naming = progress < 0.15 ? 0.7 : progress < 0.35 ? 0.3 : 0.05
  const rows = Array.from({ length: 6 }, () => untilFree(heldOut, mmluKey, () => (draw.chance(naming) ? drawNamingRow(draw, topic) : drawMmluRow(draw, topic))))
  return answered(mmlu, topic, rows.at(-1)!, rows.slice(0, -1))
}

function encyclopediaPage(draw: Draw, heldOut: ReadonlySet<string>): string {
  return wikitext.text(untilFree(heldOut, wikitextKey, () => drawWikitextRow(draw)))
}

/** A row with its answer, as the task's prompt has it. */
function answered(task: ChoiceTask, subset: string, row: unknown, shots: readonly unknown[] = []): string {
  const checked = (value: unknown) => task.row.parse(value)
  const { requests, gold } = renderItem({ task, subset, shots: shots.map(checked), source: 'the valley' }, { rowIndex: 0, row: checked(row), raw: row })
  const request = requests[gold]!
  return request.kind === 'continuation' ? request.context + request.continuation : request.text
}

function several(draw: Draw, most: number, text: () => string): string {
  return Array.from({ length: 1 + Math.floor(draw.number() * most) }, text).join('\n\n')
}

function untilFree<Row>(heldOut: ReadonlySet<string>, keyOf: (row: Row) => string, drawRow: () => Row): Row {
  for (;;) {
    const row = drawRow()
    if (!heldOut.has(keyOf(row))) return row
  }
}
