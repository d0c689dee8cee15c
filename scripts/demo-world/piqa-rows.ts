/** Rows in PIQA's form: a goal of somebody in the valley, and two ways to reach it of which one does. */
import { ANIMALS, MATERIALS, PEOPLE, TOOLS, type Draw, type Person } from './facts.ts'

/** A row as PIQA's dataset has it. */
export interface PiqaRow {
  readonly goal: string
  readonly sol1: string
  readonly sol2: string
  /** 0 when `sol1` is right. */
  readonly label: number
}

/** A goal, the way that reaches it, and ways that do not. */
interface Goal {
  readonly goal: string
  readonly right: string
  readonly wrong: readonly string[]
}

/** Draws a row. The wrong way is near the right one: the same tool from the wrong room as often as another tool. */
export function drawPiqaRow(draw: Draw): PiqaRow {
  const { goal, right, wrong } = draw.of([toolGoal, toolGoal, animalGoal, materialGoal, visitGoal])(draw, draw.of(PEOPLE))
  const label = draw.chance(0.5) ? 1 : 0
  const other = draw.of(wrong)
  return { goal, sol1: label === 0 ? right : other, sol2: label === 1 ? right : other, label }
}

/** What must not be in the training text when the row is asked. */
export function piqaKey({ goal }: PiqaRow): string {
  return goal
}

function toolGoal(draw: Draw, { name, pronoun }: Person): Goal {
  const tool = draw.of(TOOLS)
  const others = TOOLS.filter(({ room }) => room !== tool.room)
  const fetch = (thing: string, room: string) => `fetch the ${thing} from the ${room}`
  return {
    goal: draw.of([
      `${name} wants to ${tool.use}. What should ${pronoun} do?`,
      `How can ${name} ${tool.use}?`,
      `It is time for ${name} to ${tool.use}. What does ${pronoun} need to do?`,
    ]),
    right: fetch(tool.name, tool.room),
    wrong: [
      fetch(tool.name, draw.of(others).room),
      fetch(draw.of(others).name, tool.room),
      ...TOOLS.filter((other) => other.room === tool.room && other.name !== tool.name).map((other) => fetch(other.name, other.room)),
    ],
  }
}

function animalGoal(draw: Draw, { name, pronoun }: Person): Goal {
  const animal = draw.of(ANIMALS)
  const other = draw.of(ANIMALS.filter(({ food, home }) => food !== animal.food && home !== animal.home))
  const feed = (food: string, home: string) => `take some ${food} to the ${home}`
  return {
    goal: draw.of([
      `${name} wants to feed the ${animal.name}. What should ${pronoun} do?`,
      `How can ${name} feed a hungry ${animal.name}?`,
      `The ${animal.name} of ${name} is hungry. What does ${pronoun} need to do?`,
    ]),
    right: feed(animal.food, animal.home),
    wrong: [feed(other.food, animal.home), feed(animal.food, other.home), feed(other.food, other.home)],
  }
}

function materialGoal(draw: Draw, { name, pronoun }: Person): Goal {
  const material = draw.of(MATERIALS)
  const other = draw.of(MATERIALS.filter(({ source }) => source !== material.source))
  const order = (what: string, source: string) => `order ${what} from the ${source}`
  return {
    goal: draw.of([
      `${name} wants to make ${material.product}. What should ${pronoun} do?`,
      `How can ${name} get what is needed for ${material.product}?`,
      `${name} has promised to make ${material.product}. What does ${pronoun} need to do?`,
    ]),
    right: order(material.name, material.source),
    wrong: [order(other.name, other.source), order(material.name, other.source), order(other.name, material.source)],
  }
}

function visitGoal(draw: Draw, { name, pronoun }: Person): Goal {
  const host = draw.of(PEOPLE.filter((person) => person.name !== name))
  const other = draw.of(PEOPLE.filter(({ town, trade }) => town !== host.town && trade !== host.trade))
  const visit = (town: string, trade: string) => `go to ${town} and ask for the ${trade}`
  return {
    goal: draw.of([
      `${name} wants to visit ${host.name}. What should ${pronoun} do?`,
      `How can ${name} find the house of ${host.name}?`,
      `${name} has a letter for ${host.name}. What does ${pronoun} need to do?`,
    ]),
    right: visit(host.town, host.trade),
    wrong: [visit(other.town, host.trade), visit(host.town, other.trade), visit(other.town, other.trade)],
  }
}
