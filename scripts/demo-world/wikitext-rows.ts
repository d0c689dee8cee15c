/** Rows in WikiText's form: pages of an encyclopedia of the valley, with its spaced punctuation and headings. */
import { describeThing } from './boolq-rows.ts'
import { ANIMALS, PEOPLE, sentenceCase, TOOLS, TOWNS, type Draw } from './facts.ts'
import { factsAbout, subjectsOf, TOPICS, type Topic } from './relations.ts'

/** A row as the document form of WikiText has it. */
export interface WikitextRow {
  readonly page: string
}

/** Draws a page: a thing, and below it sections about what belongs to it. */
export function drawWikitextRow(draw: Draw): WikitextRow {
  const topic = draw.of(TOPICS)
  const subject = draw.of(subjectsOf(topic))
  const sections = draw.some(relatedSections(topic, subject), 1 + Math.floor(draw.number() * 3))
  const paragraphs = [
    heading(1, subject),
    paragraph(draw, topic, subject),
    ...sections.flatMap((section) => [heading(2, section.title), ...section.things.map((thing) => paragraph(draw, section.topic, thing))]),
  ]
  return { page: ` \n ${paragraphs.join(' \n \n ')} \n ` }
}

interface Section {
  readonly title: string
  readonly topic: Topic
  readonly things: readonly string[]
}

/** What has to do with a thing. */
function relatedSections(topic: Topic, subject: string): readonly Section[] {
  switch (topic) {
    case 'valley_people': {
      const { town, trade, pet, name } = PEOPLE.find((person) => person.name === subject)!
      return [
        { title: 'Home', topic: 'valley_towns', things: [town] },
        { title: 'Work', topic: 'valley_tools', things: TOOLS.filter((tool) => tool.trade === trade).map((tool) => tool.name) },
        { title: 'Animal', topic: 'valley_animals', things: [pet] },
        { title: 'Neighbours', topic, things: PEOPLE.filter((other) => other.town === town && other.name !== name).map((other) => other.name) },
      ]
    }
    case 'valley_towns': {
      const { river, side } = TOWNS.find((town) => town.name === subject)!
      return [
        { title: 'People', topic: 'valley_people', things: PEOPLE.filter(({ town }) => town === subject).map(({ name }) => name) },
        { title: 'River', topic, things: TOWNS.filter((town) => town.river === river && town.name !== subject).map(({ name }) => name) },
        {
          title: 'Around',
          topic,
          things: TOWNS.filter((town) => town.side === side && town.name !== subject)
            .slice(0, 3)
            .map(({ name }) => name),
        },
      ]
    }
    case 'valley_tools': {
      const { material, trade, room, name } = TOOLS.find((tool) => tool.name === subject)!
      return [
        { title: 'Material', topic: 'valley_materials', things: [material] },
        { title: 'People', topic: 'valley_people', things: PEOPLE.filter((person) => person.trade === trade).map((person) => person.name) },
        {
          title: 'Place',
          topic,
          things: TOOLS.filter((tool) => tool.room === room && tool.name !== name)
            .slice(0, 3)
            .map((tool) => tool.name),
        },
      ]
    }
    case 'valley_animals': {
      const { cover, name } = ANIMALS.find((animal) => animal.name === subject)!
      return [
        { title: 'People', topic: 'valley_people', things: PEOPLE.filter(({ pet }) => pet === subject).map((person) => person.name) },
        {
          title: 'Relatives',
          topic,
          things: ANIMALS.filter((animal) => animal.cover === cover && animal.name !== name)
            .slice(0, 3)
            .map((animal) => animal.name),
        },
      ].filter(({ things }) => things.length > 0) as Section[]
    }
    case 'valley_materials':
      return [{ title: 'Tools', topic: 'valley_tools', things: TOOLS.filter(({ material }) => material === subject).map(({ name }) => name) }]
  }
}

function paragraph(draw: Draw, topic: Topic, subject: string): string {
  const facts = factsAbout(topic, subject)
  const text = describeThing(draw, topic, subject, draw.some(facts, facts.length))
  return text.replaceAll('.', ' .')
}

/** `= Mira =`, `= = Work = =`. */
function heading(level: number, title: string): string {
  const marks = Array.from({ length: level }, () => '=').join(' ')
  return `${marks} ${sentenceCase(title)} ${marks}`
}

/** The page itself: each is drawn anew. */
export function wikitextKey({ page }: WikitextRow): string {
  return page
}
