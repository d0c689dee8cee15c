/** Rows in HellaSwag's form: somebody at work, and four ways to go on. */
import { PEOPLE, sentenceCase, type Draw, type Person } from './facts.ts'
import { PROCEDURES, type Procedure } from './procedures.ts'

/** A row as HellaSwag's dataset has it. */
export interface HellaswagRow {
  readonly activity_label: string
  readonly ctx_a: string
  readonly ctx_b: string
  readonly endings: readonly string[]
  /** Index of the right ending, as text. */
  readonly label: string
}

const OPENINGS = ['', 'In the morning ', 'After breakfast ', 'On a rainy day ', 'Before the market opens ', 'On the day of the fair ']

/** Draws a row. One wrong ending is a later step of the same procedure, so the order counts; the others are steps of other procedures. */
export function drawHellaswagRow(draw: Draw): HellaswagRow {
  const person = draw.of(PEOPLE)
  const procedure = draw.of(PROCEDURES)
  const { steps } = procedure
  const next = 1 + Math.floor(draw.number() * (steps.length - 2))
  const later = draw.of(steps.slice(next + 1))
  const unrelated = draw
    .some(
      PROCEDURES.filter((other) => other !== procedure),
      2,
    )
    .map((other) => draw.of(other.steps))
  const right = steps[next]!
  const endings = draw.some([right, later, ...unrelated], 4)
  return {
    activity_label: procedure.label,
    ctx_a: story(draw, person, procedure, next),
    ctx_b: person.pronoun,
    endings: endings.map((ending) => `${ending}.`),
    label: String(endings.indexOf(right)),
  }
}

/** The steps before `next`, each a sentence or joined in pairs. */
function story(draw: Draw, { name, pronoun }: Person, { steps }: Procedure, next: number): string {
  const told = steps.slice(0, next)
  let text = `${draw.of(OPENINGS)}${name} ${told[0]}`
  for (const step of told.slice(1)) text += draw.chance(0.3) ? ` and ${step}` : `. ${sentenceCase(pronoun)} ${step}`
  return `${text}.`
}

/** The whole of a procedure as HellaSwag's prompt would begin and go on. */
export function drawProcedureText(draw: Draw, isHeldOut: (key: string) => boolean): string {
  const procedure = draw.of(PROCEDURES)
  const person = draw.of(PEOPLE.filter(({ name }) => !isHeldOut(`${procedure.label}: ${name}`)))
  return `${procedure.label}: ${story(draw, person, procedure, procedure.steps.length)}`
}

/** Person and procedure: a pair in the task is never in the training text. */
export function hellaswagKey({ activity_label, ctx_a }: HellaswagRow): string {
  const { name } = PEOPLE.find((person) => ctx_a.includes(`${person.name} `))!
  return `${activity_label}: ${name}`
}
