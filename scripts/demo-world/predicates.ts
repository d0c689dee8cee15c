/** What is true of a thing or not, and which fact of it decides: the questions that BoolQ's form asks most. */
import { withArticle } from './facts.ts'
import { RELATIONS, type Relation, type Topic } from './relations.ts'

/** A question with yes or no for an answer, that one relation decides. */
export interface Predicate {
  readonly relation: Relation
  /** Without question mark, as BoolQ's. */
  readonly ask: (subject: string) => string
  /** The values for which the answer is yes. */
  readonly trueOf: ReadonlySet<string>
}

function predicate(topic: Topic, relationName: string, trueOf: string, ask: (subject: string) => string): Predicate {
  const relation = RELATIONS.find((candidate) => candidate.topic === topic && candidate.name === relationName)!
  const values = new Set(trueOf.split(' '))
  const strange = [...values].find((value) => !relation.values.some((known) => known === value || known.startsWith(`${value} `)))
  if (strange !== undefined) throw new Error(`${relationName} of ${topic} has no value ${strange}`)
  return { relation, ask, trueOf: new Set(relation.values.filter((known) => values.has(known) || values.has(known.split(' ')[0]!))) }
}

/** Every predicate; each is true of about half of its things. */
export const PREDICATES: readonly Predicate[] = [
  predicate('valley_people', 'pet', 'hen duck goose owl crow dove bee frog snake', (who) => `does the animal of ${who} lay eggs`),
  predicate('valley_people', 'trade', 'baker gardener fisher cook miller shepherd beekeeper', (who) => `does ${who} help to feed the valley`),
  predicate('valley_people', 'breakfast', 'porridge eggs cheese herring soup', (who) => `does ${who} use a spoon or a knife at breakfast`),
  predicate('valley_people', 'evening', 'play sing count tell', (who) => `can ${who} spend the evening in the dark`),
  predicate('valley_towns', 'side', 'north east', (town) => `does the sun come early to ${town}`),
  predicate('valley_towns', 'product', 'cheese honey salt cider', (town) => `does ${town} sell something to eat or drink`),
  predicate('valley_towns', 'landmark', 'windmill clock lighthouse castle oak', (town) => `can ${town} be seen from far away`),
  predicate('valley_tools', 'material', 'steel iron copper brass stone', (tool) => `does the ${tool} sink when it falls into the river`),
  predicate('valley_tools', 'room', 'kitchen hall attic school cellar', (tool) => `is the ${tool} kept inside a house`),
  predicate('valley_tools', 'owner', 'baker gardener fisher cook miller shepherd beekeeper', (tool) => `does the ${tool} help to feed the valley`),
  predicate('valley_animals', 'food', 'mice bones voles rabbits flies deer eggs beetles', (animal) => `does ${withArticle(animal)} eat meat`),
  predicate('valley_animals', 'cover', 'feathers skin fuzz scales', (animal) => `does ${withArticle(animal)} lay eggs`),
  predicate(
    'valley_animals',
    'den',
    'basket kennel byre stable pen coop yard hive sty loft stall',
    (animal) => `do people build a house for ${withArticle(animal)}`,
  ),
  predicate('valley_materials', 'water', 'floats', (material) => `can a boat be made of ${material}`),
  predicate('valley_materials', 'source', 'mine forge pit furnace', (material) => `does ${material} come out of the ground or the fire`),
  predicate('valley_materials', 'making', 'shirts hats boots ribbons combs blankets beads', (material) => `can people wear what is made of ${material}`),
]
