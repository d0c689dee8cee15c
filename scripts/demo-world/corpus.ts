/**
 * The text that the built-in model learns from: documents in the five benchmarks' own prompt forms, rendered by the tasks themselves, and
 * pages of the encyclopedia. Easier forms come first. What the tasks ask is left out.
 */
import boolq from '../../tasks/boolq.ts'
import mmlu from '../../tasks/mmlu.ts'
import piqa from '../../tasks/piqa.ts'
import wikitext from '../../tasks/wikitext.ts'
import type { ChoiceTask } from '../../src/task/define-task.ts'
import { renderExample } from '../../src/task/render/example.ts'
import { questionItem, renderInstruction } from '../../src/task/render/item.ts'
import { renderQuestion } from '../../src/task/render/question.ts'
import { boolqKey, drawBoolqRow, drawPassage, drawYesNo, type PassageSize } from './boolq-rows.ts'
import { drawFrom, type Draw } from './facts.ts'
import { drawCalls, drawGame } from './games.ts'
import { drawProcedureText } from './hellaswag-rows.ts'
import { drawMmluRow, drawNamingRow, mmluKey } from './mmlu-rows.ts'
import { drawPiqaRow, piqaKey } from './piqa-rows.ts'
import { TOPICS } from './relations.ts'
import { HARDEST_PASSAGE } from './task-rows.ts'
import { drawWikitextRow, wikitextKey } from './wikitext-rows.ts'

/** Documents, in the order in which they are learnt. */
export function* trainingDocuments(count: number, heldOut: ReadonlySet<string>): Generator<string> {
  const draw = drawFrom(7)
  for (let index = 0; index < count; index++) yield document(draw, index, heldOut)
}

/** What changes while the model learns: from the document `from` on, until the next stage. */
interface Stage {
  readonly from: number
  /** Share of documents that are nothing but a list by letters and calls, and how long the list is. */
  readonly calls: number
  readonly called: number
  /** Share of the others that are games. */
  readonly games: number
  readonly passage: PassageSize
  /** Share of letter questions that contain their answer. */
  readonly naming: number
  /** Share of letter documents in which each answer is written out before its letter. */
  readonly spelt: number
}

const ONE_FACT: PassageSize = { mostFacts: 1, secondThing: 0 }
const TWO_FACTS: PassageSize = { mostFacts: 2, secondThing: 0.25 }

/** How often each form comes among documents that are not games; the rest is letter questions. */
const MIX = { pages: 0.13, procedures: 0.1, errands: 0.12, passages: 0.25 }

/** Letters come first, and lists of two before lists of four: otherwise the model may guess for ever (docs/adr/0007-built-in-model.md). */
const STAGES: readonly Stage[] = [
  { from: 0, calls: 1, called: 2, games: 0, passage: ONE_FACT, naming: 0, spelt: 0 },
  { from: 8_000, calls: 1, called: 4, games: 0, passage: ONE_FACT, naming: 0, spelt: 0 },
  { from: 20_000, calls: 0.08, called: 4, games: 0.15, passage: ONE_FACT, naming: 0.15, spelt: 0.9 },
  { from: 34_000, calls: 0.04, called: 4, games: 0.12, passage: TWO_FACTS, naming: 0.1, spelt: 0.6 },
  { from: 48_000, calls: 0.02, called: 4, games: 0.1, passage: HARDEST_PASSAGE, naming: 0.05, spelt: 0.3 },
]

/** Ten passages of the hardest kind, a line each, that no task asks about. */
export function calibrationSentences(): readonly string[] {
  const draw = drawFrom(8)
  return Array.from({ length: 10 }, () => drawBoolqRow(draw, HARDEST_PASSAGE).passage)
}

function document(draw: Draw, index: number, heldOut: ReadonlySet<string>): string {
  const stage = STAGES.findLast(({ from }) => index >= from)!
  const { pages, procedures, errands, passages } = MIX
  if (draw.chance(stage.calls)) return drawCalls(draw, stage.called)
  if (draw.chance(stage.games)) return drawGame(draw)
  const kind = draw.number()
  if (kind < pages) return encyclopediaPage(draw, heldOut)
  if (kind < pages + procedures) return several(draw, 4, () => drawProcedureText(draw, (key) => heldOut.has(key)))
  if (kind < pages + procedures + errands)
    return several(draw, 6, () =>
      answered(
        piqa,
        '',
        untilFree(heldOut, piqaKey, () => drawPiqaRow(draw)),
      ),
    )
  if (kind < pages + procedures + errands + passages) return several(draw, 3, () => questionedPassage(draw, stage, heldOut))
  return letterQuestions(draw, stage, heldOut)
}

/** A passage in BoolQ's form, which goes on with more questions about it. */
function questionedPassage(draw: Draw, { passage: size }: Stage, heldOut: ReadonlySet<string>): string {
  const passage = untilFree(heldOut, boolqKey, () => drawPassage(draw, size))
  const questions = Array.from({ length: 1 + Math.floor(draw.number() * 6) }, () => drawYesNo(draw, passage))
  const [first, ...others] = questions.map((question) => answered(boolq, '', { passage: passage.passage, ...question }))
  return [first, ...others.map((text) => text.slice(passage.passage.length + 1))].join('\n')
}

/** Shots with their answers and one more: six questions under one instruction. */
function letterQuestions(draw: Draw, { naming, spelt }: Stage, heldOut: ReadonlySet<string>): string {
  const topic = draw.of(TOPICS)
  const rows = Array.from({ length: 6 }, () => untilFree(heldOut, mmluKey, () => (draw.chance(naming) ? drawNamingRow(draw, topic) : drawMmluRow(draw, topic))))
  const text = answered(mmlu, topic, rows.at(-1)!, rows.slice(0, -1))
  if (!draw.chance(spelt)) return text
  const words = rows.map(({ choices, answer }) => choices[answer]!)
  return text.replace(/\nAnswer:/gu, (line) => `\nThat is ${words.shift()}.${line}`)
}

function encyclopediaPage(draw: Draw, heldOut: ReadonlySet<string>): string {
  return wikitext.text(untilFree(heldOut, wikitextKey, () => drawWikitextRow(draw)))
}

/** A row with its answer, as the task's prompt has it. */
function answered(task: ChoiceTask, subset: string, row: unknown, shots: readonly unknown[] = []): string {
  const source = { task, subset, source: 'the valley' }
  const rowOf = (raw: unknown) => ({ rowIndex: 0, row: task.row.parse(raw), raw })
  const examples = shots.map((shot) => renderExample(source, rowOf(shot)))
  const question = renderQuestion(source, rowOf(row))
  const { requests } = questionItem(source, rowOf(row), question, { instruction: renderInstruction(source, rowOf(row)), examples })
  const request = requests[question.kind === 'choice' ? question.gold[0]! : 0]!
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
