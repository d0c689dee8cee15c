/** Rows in MMLU's form: a question about the valley and four choices. */
import type { Draw } from './facts.ts'
import { nameInText, RELATIONS, type Relation, type Topic } from './relations.ts'

/** A row as MMLU's dataset has it. */
export interface MmluRow {
  readonly question: string
  readonly subject: string
  readonly choices: readonly string[]
  /** Index of the right choice. */
  readonly answer: number
}

/** Draws a row about a fact. */
export function drawMmluRow(draw: Draw, topic: Topic): MmluRow {
  const relation = draw.of(RELATIONS.filter((candidate) => candidate.topic === topic && candidate.values.length >= 4))
  const [subject, value] = draw.of([...relation.valueOf])
  if (relation.inverse && draw.chance(0.3)) {
    const others = [...relation.valueOf].filter(([, other]) => other !== value).map(([other]) => other)
    return asked(draw, topic, relation.inverse(value), subject, others)
  }
  return asked(draw, topic, draw.of(relation.questions)(subject), value, othersOf(relation, value))
}

/** Draws a row whose question contains the answer. It teaches that letters name choices, without any knowledge. */
export function drawNamingRow(draw: Draw, topic: Topic): MmluRow {
  const relation = draw.of(RELATIONS.filter((candidate) => candidate.topic === topic && candidate.values.length >= 4))
  if (draw.chance(0.5)) {
    const subjects = [...relation.valueOf.keys()]
    const subject = draw.of(subjects)
    return asked(
      draw,
      topic,
      `Which of these is called ${nameInText(topic, subject)}?`,
      subject,
      subjects.filter((other) => other !== subject),
    )
  }
  const value = draw.of(relation.values)
  return asked(draw, topic, `Which of these says ${value}?`, value, othersOf(relation, value))
}

function othersOf({ values }: Relation, value: string): readonly string[] {
  return values.filter((other) => other !== value)
}

function asked(draw: Draw, topic: Topic, question: string, right: string, others: readonly string[]): MmluRow {
  const choices = draw.some([right, ...draw.some(others, 3)], 4)
  return { question, subject: topic, choices, answer: choices.indexOf(right) }
}

/** The question with its choices in any order. */
export function mmluKey({ question, choices }: MmluRow): string {
  return [question, ...choices.toSorted()].join('\n')
}
