/** Rows in BoolQ's form: a passage about one or two things of the valley, and a question that it answers with yes or no. */
import { sentenceCase, type Draw } from './facts.ts'
import { factsAbout, nameInText, pronounOf, subjectsOf, TOPICS, type Fact, type Topic } from './relations.ts'

/** A row as SuperGLUE's BoolQ has it. */
export interface BoolqRow {
  readonly passage: string
  readonly question: string
  /** 1 when the answer is yes. */
  readonly label: number
}

/** Draws a row whose passage states between one and `mostFacts` facts about a thing, and as often as not some about another. */
export function drawBoolqRow(draw: Draw, { mostFacts, secondThing }: { readonly mostFacts: number; readonly secondThing: number }): BoolqRow {
  const topic = draw.of(TOPICS)
  const things = draw.some(subjectsOf(topic), draw.chance(secondThing) ? 2 : 1)
  const told = things.map((subject) => draw.some(factsAbout(topic, subject), 1 + Math.floor(draw.number() * mostFacts)))
  const passage = told.map((facts, index) => describeThing(draw, topic, things[index]!, facts)).join(' ')
  const { relation, subject, value } = draw.of(told[0]!)
  const isTrue = draw.chance(0.5)
  // What is told of the other thing is the hardest wrong value.
  const elsewhere = told.slice(1).flatMap((facts) => facts.filter((fact) => fact.relation === relation && fact.value !== value))
  const wrong = elsewhere.length > 0 ? elsewhere[0]!.value : draw.of(relation.values.filter((other) => other !== value))
  return {
    passage: `${sentenceCase(subject)} -- ${passage}`,
    question: relation.yesNo(subject, isTrue ? value : wrong),
    label: isTrue ? 1 : 0,
  }
}

/** The question: what is asked of somebody is never asked in the training text, in no passage. */
export function boolqKey({ question }: BoolqRow): string {
  return question
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
