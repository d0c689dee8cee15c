/** Rows in BoolQ's form: a passage about one or two things of the valley, and a question that it answers with yes or no. */
import { sentenceCase, type Draw } from './facts.ts'
import { PREDICATES, type Predicate } from './predicates.ts'
import { factsAbout, nameInText, pronounOf, subjectsOf, TOPICS, type Fact, type Relation, type Topic } from './relations.ts'

/** A row as SuperGLUE's BoolQ has it. */
export interface BoolqRow {
  readonly passage: string
  readonly question: string
  /** 1 when the answer is yes. */
  readonly label: number
}

/** What a passage tells: about its thing first, then maybe about another of the same topic. */
export interface Passage {
  readonly passage: string
  readonly told: readonly (readonly Fact[])[]
}

/** How long a passage may be. */
export interface PassageSize {
  /** Facts about each thing; at least one is in the passage. */
  readonly mostFacts: number
  /** How often a second thing comes in, from 0 to 1. */
  readonly secondThing: number
}

/** Draws a passage. */
export function drawPassage(draw: Draw, { mostFacts, secondThing }: PassageSize): Passage {
  const topic = draw.of(TOPICS)
  const things = draw.some(subjectsOf(topic), draw.chance(secondThing) ? 2 : 1)
  const told = things.map((subject) => draw.some(factsAbout(topic, subject), 1 + Math.floor(draw.number() * mostFacts)))
  // There must be something to ask about.
  if (!told[0]!.some(hasMeaning)) return drawPassage(draw, { mostFacts, secondThing })
  const text = told.map((facts, index) => describeThing(draw, topic, things[index]!, facts)).join(' ')
  return { passage: `${sentenceCase(things[0]!)} -- ${text}`, told }
}

/** Draws a question about a passage's thing: what one of its facts means, or now and then the fact itself. */
export function drawYesNo(draw: Draw, passage: Passage): Omit<BoolqRow, 'passage'> {
  if (draw.chance(PLAIN_QUESTIONS)) return plainQuestion(draw, passage)
  const { relation, subject, value } = draw.of(passage.told[0]!.filter(hasMeaning))
  const { ask, trueOf } = predicateOf(relation)!
  return { question: ask(subject), label: trueOf.has(value) ? 1 : 0 }
}

function predicateOf(relation: Relation): Predicate | undefined {
  return PREDICATES.find((predicate) => predicate.relation === relation)
}

function hasMeaning({ relation }: Fact): boolean {
  return predicateOf(relation) !== undefined
}

/** How often a question asks for nothing but what the passage says. */
const PLAIN_QUESTIONS = 0.1

/** Is it this value? If possible, the wrong value is that of the other thing in the passage: the hardest question. */
function plainQuestion(draw: Draw, { told: [own, ...others] }: Passage): Omit<BoolqRow, 'passage'> {
  const { relation, subject, value } = draw.of(own!)
  const elsewhere = others.flat().find((fact) => fact.relation === relation && fact.value !== value)
  const wrong = elsewhere?.value ?? draw.of(relation.values.filter((other) => other !== value))
  const isTrue = draw.chance(0.5)
  return { question: relation.yesNo(subject, isTrue ? value : wrong), label: isTrue ? 1 : 0 }
}

/** Draws a row. */
export function drawBoolqRow(draw: Draw, size: PassageSize): BoolqRow {
  const passage = drawPassage(draw, size)
  return { passage: passage.passage, ...drawYesNo(draw, passage) }
}

/** The passage: none that is asked about is in the training text. */
export function boolqKey({ passage }: Pick<BoolqRow, 'passage'>): string {
  return passage
}

/** A sentence a fact; the first names the thing, the others may say `she` or `it`. */
export function describeThing(draw: Draw, topic: Topic, subject: string, facts: readonly Fact[]): string {
  return facts
    .map(({ relation, value }, index) => {
      const who = index === 0 || draw.chance(0.3) ? nameInText(topic, subject) : pronounOf(topic, subject)
      return `${sentenceCase(draw.of(relation.statements)(who, value))}.`
    })
    .join(' ')
}
