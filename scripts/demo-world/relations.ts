/** What can be said and asked about the things of the valley: one entry a relation, with its phrasings. */
import { ANIMALS, MATERIALS, PEOPLE, TOOLS, TOWNS, withArticle } from './facts.ts'

/** A fact: a relation holds between a subject and a value. */
export interface Fact {
  readonly relation: Relation
  readonly subject: string
  readonly value: string
}

/** A relation between the things of one subject and words. */
export interface Relation {
  /** The task's subject, as in MMLU: a file name. */
  readonly topic: Topic
  readonly name: string
  readonly valueOf: ReadonlyMap<string, string>
  /** All values, each once. */
  readonly values: readonly string[]
  /** `who` is the subject's name, or a pronoun for it. */
  readonly statements: readonly ((who: string, value: string) => string)[]
  /** Asks for the value. */
  readonly questions: readonly ((subject: string) => string)[]
  /** Asks whether; without question mark, as BoolQ's. */
  readonly yesNo: (subject: string, value: string) => string
  /** Asks for the subject, where a value has one subject only. */
  readonly inverse?: (value: string) => string
}

/** Topics, each one of the letter task's subjects. */
export const TOPICS = ['valley_animals', 'valley_materials', 'valley_people', 'valley_tools', 'valley_towns'] as const
export type Topic = (typeof TOPICS)[number]

interface Phrasing extends Pick<Relation, 'name' | 'statements' | 'questions' | 'yesNo' | 'inverse'> {}

function relationsOf<Row extends { readonly name: string }>(
  topic: Topic,
  rows: readonly Row[],
  phrasings: readonly (Phrasing & { readonly key: keyof Row & string })[],
): readonly Relation[] {
  return phrasings.map(({ key, ...phrasing }) => {
    const valueOf = new Map(rows.map((row) => [row.name, String(row[key])]))
    return { topic, ...phrasing, valueOf, values: [...new Set(valueOf.values())] }
  })
}

/** Every relation. */
export const RELATIONS: readonly Relation[] = [
  ...relationsOf('valley_people', PEOPLE, [
    {
      key: 'town',
      name: 'home',
      statements: [(who, value) => `${who} lives in ${value}`, (who, value) => `${who} has a house in ${value}`, (who, value) => `${who} comes from ${value}`],
      questions: [(subject) => `Where does ${subject} live?`, (subject) => `In which town is the house of ${subject}?`],
      yesNo: (subject, value) => `does ${subject} live in ${value}`,
    },
    {
      key: 'trade',
      name: 'trade',
      statements: [(who, value) => `${who} is a ${value}`, (who, value) => `${who} works as a ${value}`, (who, value) => `${who} earns a living as a ${value}`],
      questions: [(subject) => `What is the trade of ${subject}?`, (subject) => `What does ${subject} work as?`],
      yesNo: (subject, value) => `is ${subject} a ${value}`,
    },
    {
      key: 'pet',
      name: 'pet',
      statements: [
        (who, value) => `${who} keeps ${withArticle(value)}`,
        (who, value) => `${who} looks after ${withArticle(value)}`,
        (who, value) => `${who} is never seen without ${withArticle(value)}`,
      ],
      questions: [(subject) => `Which animal does ${subject} keep?`, (subject) => `Which animal follows ${subject} everywhere?`],
      yesNo: (subject, value) => `does ${subject} keep ${withArticle(value)}`,
    },
    {
      key: 'evening',
      name: 'evening',
      statements: [(who, value) => `${who} likes to ${value} in the evening`, (who, value) => `${who} spends the evening with friends who ${value}`],
      questions: [(subject) => `What does ${subject} like to do in the evening?`, (subject) => `How does ${subject} spend the evening?`],
      yesNo: (subject, value) => `does ${subject} like to ${value}`,
    },
    {
      key: 'breakfast',
      name: 'breakfast',
      statements: [(who, value) => `${who} eats ${value} for breakfast`, (who, value) => `${who} begins the day with ${value}`],
      questions: [(subject) => `What does ${subject} eat for breakfast?`, (subject) => `What does ${subject} begin the day with?`],
      yesNo: (subject, value) => `does ${subject} eat ${value} for breakfast`,
    },
  ]),
  ...relationsOf('valley_towns', TOWNS, [
    {
      key: 'side',
      name: 'side',
      statements: [(who, value) => `${who} lies in the ${value} of the valley`, (who, value) => `${who} is a town in the ${value}`],
      questions: [(subject) => `In which part of the valley is ${subject}?`, (subject) => `Where in the valley does ${subject} lie?`],
      yesNo: (subject, value) => `is ${subject} in the ${value} of the valley`,
    },
    {
      key: 'river',
      name: 'river',
      statements: [(who, value) => `${who} stands on the river ${value}`, (who, value) => `${who} was built beside the ${value}`],
      questions: [(subject) => `On which river does ${subject} stand?`, (subject) => `Which river flows past ${subject}?`],
      yesNo: (subject, value) => `does ${subject} stand on the river ${value}`,
    },
    {
      key: 'product',
      name: 'product',
      statements: [(who, value) => `${who} is known for its ${value}`, (who, value) => `${who} sells ${value} to the whole valley`],
      questions: [(subject) => `What is ${subject} known for?`, (subject) => `What does ${subject} sell to the whole valley?`],
      yesNo: (subject, value) => `is ${subject} known for its ${value}`,
    },
    {
      key: 'landmark',
      name: 'landmark',
      statements: [(who, value) => `${who} is proud of its old ${value}`, (who, value) => `${who} has a famous ${value}`],
      questions: [(subject) => `What can visitors see in ${subject}?`, (subject) => `What is ${subject} proud of?`],
      yesNo: (subject, value) => `does ${subject} have a famous ${value}`,
    },
  ]),
  ...relationsOf('valley_tools', TOOLS, [
    {
      key: 'use',
      name: 'use',
      statements: [(who, value) => `${who} is used to ${value}`, (who, value) => `${who} helps people to ${value}`],
      questions: [(subject) => `What is ${withTheArticle(subject)} used for?`, (subject) => `What can people do with ${withTheArticle(subject)}?`],
      yesNo: (subject, value) => `is ${withTheArticle(subject)} used to ${value}`,
      inverse: (value) => `Which tool is used to ${value}?`,
    },
    {
      key: 'material',
      name: 'material',
      statements: [(who, value) => `${who} is made of ${value}`, (who, value) => `${who} lasts longest when it is made of ${value}`],
      questions: [(subject) => `What is ${withTheArticle(subject)} made of?`, (subject) => `Which material is used for ${withTheArticle(subject)}?`],
      yesNo: (subject, value) => `is ${withTheArticle(subject)} made of ${value}`,
    },
    {
      key: 'room',
      name: 'room',
      statements: [(who, value) => `${who} is kept in the ${value}`, (who, value) => `${who} has its place in the ${value}`],
      questions: [(subject) => `Where is ${withTheArticle(subject)} kept?`, (subject) => `Where has ${withTheArticle(subject)} its place?`],
      yesNo: (subject, value) => `is ${withTheArticle(subject)} kept in the ${value}`,
    },
    {
      key: 'trade',
      name: 'owner',
      statements: [(who, value) => `${who} belongs to the ${value}`, (who, value) => `${who} is what a ${value} works with`],
      questions: [(subject) => `Who works with ${withTheArticle(subject)}?`, (subject) => `To whom does ${withTheArticle(subject)} belong?`],
      yesNo: (subject, value) => `does ${withTheArticle(subject)} belong to the ${value}`,
    },
  ]),
  ...relationsOf('valley_animals', ANIMALS, [
    {
      key: 'food',
      name: 'food',
      statements: [(who, value) => `${who} eats ${value}`, (who, value) => `${who} is fond of ${value}`, (who, value) => `${who} lives on ${value}`],
      questions: [(subject) => `What does ${withArticle(subject)} eat?`, (subject) => `What is ${withArticle(subject)} fond of?`],
      yesNo: (subject, value) => `does ${withArticle(subject)} eat ${value}`,
      inverse: (value) => `Which animal eats ${value}?`,
    },
    {
      key: 'home',
      name: 'den',
      statements: [(who, value) => `${who} sleeps in the ${value}`, (who, value) => `${who} makes its bed in the ${value}`],
      questions: [(subject) => `Where does ${withArticle(subject)} sleep?`, (subject) => `Where does ${withArticle(subject)} make its bed?`],
      yesNo: (subject, value) => `does ${withArticle(subject)} sleep in the ${value}`,
    },
    {
      key: 'call',
      name: 'call',
      statements: [(who, value) => `${who} is heard to ${value}`, (who, value) => `${who} can ${value}`],
      questions: [(subject) => `What sound does ${withArticle(subject)} make?`, (subject) => `What can ${withArticle(subject)} be heard to do?`],
      yesNo: (subject, value) => `can ${withArticle(subject)} ${value}`,
      inverse: (value) => `Which animal can ${value}?`,
    },
    {
      key: 'cover',
      name: 'cover',
      statements: [(who, value) => `${who} is covered with ${value}`, (who, value) => `${who} is kept warm by ${value}`],
      questions: [(subject) => `What is ${withArticle(subject)} covered with?`, (subject) => `What keeps ${withArticle(subject)} warm?`],
      yesNo: (subject, value) => `is ${withArticle(subject)} covered with ${value}`,
    },
  ]),
  ...relationsOf('valley_materials', MATERIALS, [
    {
      key: 'source',
      name: 'source',
      statements: [(who, value) => `${who} comes from the ${value}`, (who, value) => `${who} is brought from the ${value}`],
      questions: [(subject) => `Where does ${subject} come from?`, (subject) => `From where is ${subject} brought?`],
      yesNo: (subject, value) => `does ${subject} come from the ${value}`,
    },
    {
      key: 'product',
      name: 'making',
      statements: [(who, value) => `${who} is good for ${value}`, (who, value) => `${who} is made into ${value}`],
      questions: [(subject) => `What is ${subject} good for?`, (subject) => `What is made of ${subject}?`],
      yesNo: (subject, value) => `is ${subject} good for ${value}`,
      inverse: (value) => `Which material is good for ${value}?`,
    },
    {
      key: 'water',
      name: 'water',
      statements: [(who, value) => `${who} ${value} in water`, (who, value) => `${who} ${value} when it falls into the river`],
      questions: [],
      yesNo: (subject, value) => `is it true that ${subject} ${value} in water`,
    },
  ]),
]

/** Tools are spoken of as `the hammer`. */
function withTheArticle(tool: string): string {
  return `the ${tool}`
}

/** The names of a topic's things. */
export function subjectsOf(topic: Topic): readonly string[] {
  return [...RELATIONS.find((relation) => relation.topic === topic)!.valueOf.keys()]
}

/** The facts about a thing. */
export function factsAbout(topic: Topic, subject: string): readonly Fact[] {
  return RELATIONS.filter((relation) => relation.topic === topic).map((relation) => ({ relation, subject, value: relation.valueOf.get(subject)! }))
}

/** How a sentence calls a thing: Mira, Thornby, the hammer, a cat, iron. */
export function nameInText(topic: Topic, subject: string): string {
  if (topic === 'valley_tools') return withTheArticle(subject)
  return topic === 'valley_animals' ? withArticle(subject) : subject
}

/** Its pronoun in the following sentences. */
export function pronounOf(topic: Topic, subject: string): string {
  return topic === 'valley_people' ? PEOPLE.find(({ name }) => name === subject)!.pronoun : 'it'
}
