/**
 * Games that the children of the valley play. They teach what the benchmarks' forms take for granted and prose does not: that a thing is
 * itself and no other (before yes and no), and that a letter is a name for the text after it (before A to D).
 */
import type { Draw } from './facts.ts'
import { RELATIONS, type Relation } from './relations.ts'

const LETTERS = ['A', 'B', 'C', 'D'] as const

/** Some things by letters, and then the letter of one after another: the plainest form of what letter questions take for granted. */
export function drawCalls(draw: Draw, count: number): string {
  const entries = draw.some(thingsOfOneKind(draw), count)
  const list = entries.map((entry, index) => `${LETTERS[index]}. ${entry}`)
  return [...list, ...calledAtRandom(draw, entries, saidBeforeItsLetter)].join('\n')
}

/** A game with things of one kind. */
export function drawGame(draw: Draw): string {
  const things = thingsOfOneKind(draw)
  return draw.of([snap, recital, register, register, register])(draw, things)
}

/** Say it again. */
function recital(draw: Draw, things: readonly string[]): string {
  const verse = Array.from({ length: 2 + Math.floor(draw.number() * 6) }, () => draw.of(things)).join(', ')
  return `${verse}.\n${verse}.`
}

/** Is this that? */
function snap(draw: Draw, things: readonly string[]): string {
  const rounds = Array.from({ length: 4 + Math.floor(draw.number() * 6) }, () => {
    const one = draw.of(things)
    const other = draw.of((draw.chance(0.25) ? thingsOfOneKind(draw) : things).filter((thing) => thing !== one))
    return draw.chance(0.5) ? `Question: is ${one} ${one}?\nAnswer: yes` : `Question: is ${one} ${other}?\nAnswer: no`
  })
  return rounds.join('\n')
}

/** A list by letters, and then the letter of one thing after another: at first right after it, and from farther and farther off. */
function register(draw: Draw, things: readonly string[]): string {
  const entries = draw.some(things, 2 + Math.floor(draw.number() * 3))
  const isLetterFirst = draw.chance(0.6)
  const list = entries.map((entry, index) => (isLetterFirst ? `${LETTERS[index]}. ${entry}` : `now ${entry} is ${LETTERS[index]}`))
  const call = draw.of<(entry: string, letter: string) => string>([
    (entry, letter) => `for ${entry} ${letter}`,
    (entry, letter) => `now ${entry} is ${letter}`,
    saidBeforeItsLetter,
    (entry, letter) => `Which of these is ${entry}?\nAnswer: ${letter}`,
  ])
  return [...list, ...calledAtRandom(draw, entries, call)].join('\n')
}

function saidBeforeItsLetter(entry: string, letter: string): string {
  return `It is ${entry}.\nAnswer: ${letter}`
}

/** With returns: otherwise the earlier calls would give the last ones away. */
function calledAtRandom(draw: Draw, entries: readonly string[], call: (entry: string, letter: string) => string): string[] {
  return Array.from({ length: 8 }, () => draw.of(entries)).map((entry) => call(entry, LETTERS[entries.indexOf(entry)]!))
}

/** At least four. */
function thingsOfOneKind(draw: Draw): readonly string[] {
  const relation: Relation = draw.of(RELATIONS.filter(({ values }) => values.length >= 4))
  return draw.chance(0.5) ? relation.values : [...relation.valueOf.keys()]
}
