/**
 * The valley of the Ondle: the small world that the built-in model has learnt. Everything here is invented. What a tool is for and what an
 * animal eats is written down; who lives where, and what a town is known for, is drawn once from a seed.
 */
import { mulberry32 } from '../../src/metrics/random.ts'

/** Somebody of the valley. */
export interface Person {
  readonly name: string
  readonly pronoun: 'she' | 'he'
  readonly town: string
  readonly trade: string
  readonly pet: string
  readonly evening: string
  readonly breakfast: string
}

/** A town of the valley. */
export interface Town {
  readonly name: string
  readonly side: string
  readonly river: string
  readonly product: string
  readonly landmark: string
}

/** A tool: what it is for, what it is made of, where it is kept, whose it is. */
export interface Tool {
  readonly name: string
  readonly use: string
  readonly material: string
  readonly room: string
  readonly trade: string
}

/** An animal. */
export interface Animal {
  readonly name: string
  readonly food: string
  readonly home: string
  readonly call: string
  readonly cover: string
}

/** A material: where it is from, what is made of it, what it does in water. */
export interface Material {
  readonly name: string
  readonly source: string
  readonly product: string
  readonly water: 'floats' | 'sinks'
}

/** A generator of choices: every draw moves it on. */
export interface Draw {
  /** From 0 to 1, without 1. */
  readonly number: () => number
  readonly of: <T>(values: readonly T[]) => T
  /** `count` different ones, in an order of their own. */
  readonly some: <T>(values: readonly T[], count: number) => T[]
  readonly chance: (probability: number) => boolean
}

/** Choices from a seed, the same on every machine. */
export function drawFrom(seed: number): Draw {
  const number = mulberry32(seed)
  const of = <T>(values: readonly T[]): T => values[Math.floor(number() * values.length)]!
  return {
    number,
    of,
    some(values, count) {
      const rest = [...values]
      const chosen = Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(Math.floor(number() * rest.length), 1)[0]!)
      return chosen
    },
    chance: (probability) => number() < probability,
  }
}

const table = <Row>(columns: readonly (keyof Row & string)[], lines: string): readonly Row[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => Object.fromEntries(line.split('|').map((cell, index) => [columns[index]!, cell.trim()])) as Row)

/** Two tools a trade. */
export const TOOLS = table<Tool>(
  ['name', 'use', 'material', 'room', 'trade'],
  `
  whisk   | beat eggs        | steel   | kitchen  | baker
  sieve   | sift flour       | linen   | kitchen  | baker
  hammer  | drive nails      | iron    | workshop | carpenter
  saw     | cut planks       | steel   | workshop | carpenter
  needle  | sew buttons      | bone    | attic    | tailor
  tape    | measure coats    | linen   | attic    | tailor
  spade   | dig holes        | iron    | shed     | gardener
  rake    | gather leaves    | oak     | shed     | gardener
  net     | catch herring    | silk    | boathouse| fisher
  bucket  | carry water      | leather | boathouse| fisher
  anvil   | shape horseshoes | iron    | barn     | smith
  bellows | blow up fires    | leather | barn     | smith
  ladle   | serve soup       | copper  | kitchen  | cook
  kettle  | boil water       | copper  | kitchen  | cook
  wheel   | shape bowls      | stone   | cellar   | potter
  kiln    | bake pots        | clay    | cellar   | potter
  loom    | weave blankets   | pine    | hall     | weaver
  spindle | spin thread      | bone    | hall     | weaver
  brush   | paint fences     | pine    | shed     | painter
  ladder  | reach roofs      | oak     | barn     | painter
  mill    | grind grain      | stone   | tower    | miller
  scale   | weigh sacks      | brass   | tower    | miller
  crook   | catch lambs      | oak     | barn     | shepherd
  bell    | call sheep       | brass   | tower    | shepherd
  smoker  | calm bees        | copper  | shed     | beekeeper
  veil    | cover faces      | silk    | attic    | beekeeper
  broom   | sweep floors     | straw   | hall     | sweeper
  mop     | wash floors      | wool    | hall     | sweeper
  chalk   | write sums       | chalk   | school   | teacher
  globe   | show countries   | paper   | school   | teacher
  compass | find north       | brass   | boathouse| sailor
  anchor  | hold boats       | steel   | boathouse| sailor
`,
)

/** Those that people of the valley live with. */
export const ANIMALS = table<Animal>(
  ['name', 'food', 'home', 'call', 'cover'],
  `
  cat     | mice    | basket  | purr   | fur
  dog     | bones   | kennel  | bark   | fur
  cow     | grass   | byre    | moo    | hair
  horse   | hay     | stable  | neigh  | hair
  goat    | leaves  | pen     | bleat  | hair
  hen     | corn    | coop    | cluck  | feathers
  duck    | weeds   | pond    | quack  | feathers
  goose   | clover  | yard    | honk   | feathers
  owl     | voles   | tower   | hoot   | feathers
  crow    | seeds   | elm     | caw    | feathers
  fox     | rabbits | den     | yelp   | fur
  frog    | flies   | ditch   | croak  | skin
  bee     | nectar  | hive    | hum    | fuzz
  mouse   | crumbs  | wall    | squeak | fur
  pig     | roots   | sty     | grunt  | bristles
  dove    | peas    | loft    | coo    | feathers
  donkey  | thistles| stall   | bray   | hair
  wolf    | deer    | forest  | howl   | fur
  snake   | eggs    | burrow  | hiss   | scales
  hedgehog| beetles | hedge   | snuffle| spines
`,
)

/** What things are made of. */
export const MATERIALS = table<Material>(
  ['name', 'source', 'product', 'water'],
  `
  iron    | mine    | horseshoes | sinks
  steel   | forge   | blades     | sinks
  copper  | mine    | pots       | sinks
  brass   | forge   | bells      | sinks
  oak     | forest  | barrels    | floats
  pine    | forest  | shelves    | floats
  cork    | forest  | stoppers   | floats
  clay    | pit     | bricks     | sinks
  stone   | pit     | walls      | sinks
  chalk   | pit     | crayons    | sinks
  glass   | furnace | windows    | sinks
  wool    | sheep   | blankets   | floats
  linen   | fields  | shirts     | floats
  straw   | fields  | hats       | floats
  leather | tannery | boots      | floats
  silk    | worms   | ribbons    | floats
  wax     | hive    | candles    | floats
  paper   | mill    | maps       | floats
  bone    | tannery | combs      | sinks
  amber   | sea     | beads      | floats
`,
)

const TRADES = [...new Set(TOOLS.map(({ trade }) => trade))]
const EVENINGS = [
  'play chess',
  'read maps',
  'sing ballads',
  'carve spoons',
  'count stars',
  'write letters',
  'mend clocks',
  'paint boats',
  'tell riddles',
  'bake pies',
]
const BREAKFASTS = ['porridge', 'eggs', 'toast', 'cheese', 'plums', 'herring', 'honey', 'nuts', 'soup', 'pancakes']
const SIDES = ['north', 'south', 'east', 'west']
const RIVERS = ['Ondle', 'Tarn', 'Wisp', 'Brindle', 'Sable']
const PRODUCTS = ['cheese', 'rope', 'glass', 'honey', 'salt', 'bells', 'boats', 'candles', 'baskets', 'cider']
const LANDMARKS = ['fountain', 'windmill', 'bridge', 'clock', 'lighthouse', 'statue', 'oak', 'castle', 'well', 'garden']

const WOMEN = 'Ada Clara Edith Greta Ida Mira Olga Quinn Rosa Tilda Vera Xenia Zelda Bella Dora Flora Helga Judith Lena Nora'.split(' ')
const MEN = 'Bruno Dario Felix Hugo Jonas Leo Nils Pavel Sven Ugo Walter Yusuf Anton Cyril Emil Gustav Ivo Karl Milo Oskar'.split(' ')
const TOWN_NAMES =
  'Thornby Saltmouth Pinegate Larkholm Greywater Millbrook Oxley Windmere Copperhill Foxbury Applecombe Stonefold Heronsea Dustwick Bellgrove Ironmoor Reedham Snowcroft Elmstead Marrowick'.split(
    ' ',
  )

/** Each value as often as the others, in a drawn order. */
function drawEvenly(draw: Draw, values: readonly string[], count: number): string[] {
  const rounds = Array.from({ length: Math.ceil(count / values.length) }, () => draw.some(values, values.length)).flat()
  return rounds.slice(0, count)
}

const worldDraw = drawFrom(6)
const assign = (values: readonly string[], count: number) => drawEvenly(worldDraw, values, count)

const sides = assign(SIDES, TOWN_NAMES.length)
const rivers = assign(RIVERS, TOWN_NAMES.length)
const products = assign(PRODUCTS, TOWN_NAMES.length)
const landmarks = assign(LANDMARKS, TOWN_NAMES.length)
/** Each with its side of the valley, its river, what it makes and its landmark. */
export const TOWNS: readonly Town[] = TOWN_NAMES.map((name, index) => ({
  name,
  side: sides[index]!,
  river: rivers[index]!,
  product: products[index]!,
  landmark: landmarks[index]!,
}))

const names = [...WOMEN, ...MEN]
const homes = assign(TOWN_NAMES, names.length)
const trades = assign(TRADES, names.length)
const pets = assign(
  ANIMALS.map(({ name }) => name),
  names.length,
)
const evenings = assign(EVENINGS, names.length)
const breakfasts = assign(BREAKFASTS, names.length)
/** Two in each town. */
export const PEOPLE: readonly Person[] = names.map((name, index) => ({
  name,
  pronoun: index < WOMEN.length ? 'she' : 'he',
  town: homes[index]!,
  trade: trades[index]!,
  pet: pets[index]!,
  evening: evenings[index]!,
  breakfast: breakfasts[index]!,
}))

/** `a fox`, `an owl`. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/u.test(noun) ? 'an' : 'a'} ${noun}`
}

/** The first letter in upper case. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
