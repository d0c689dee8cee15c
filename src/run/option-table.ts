/**
 * Options as data. A command's options are one zod object; each of its fields has facts beside its schema. The command line,
 * the TypeScript types, the checks, the run manifest and docs/cli.md are made from it.
 */
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { didYouMean } from '../text/nearest-name.ts'

/** The facts about an option for the command line and its reference, besides its schema. */
export interface OptionFacts {
  /** How its value is written; a list is an option that may be repeated, a flag has no value. */
  readonly kind: 'text' | 'number' | 'flag' | 'list'
  /** Starts with a verb or a noun phrase; the default follows in the reference. */
  readonly description: string
  /** Shorter or other names, without dashes. */
  readonly aliases?: readonly string[]
  /** Heading under which help and reference list it. */
  readonly group?: string
  readonly default?: string | number | boolean
  /** The default in words, if it is not a value. */
  readonly defaultText?: string
  readonly choices?: readonly string[]
  /** Given by its position instead of its name. */
  readonly isPositional?: boolean
  /** A positional that must be given. */
  readonly isRequired?: boolean
  /** May be given without a value. */
  readonly isValueOptional?: boolean
  /** `--no-NAME` turns it off: the value is then false. */
  readonly canBeOff?: boolean
  /** Description of valid values: `a whole number from 1`. */
  readonly expected?: string
  /** A valid value. */
  readonly example?: string
}

/** A table of options: a zod object whose fields are made by the functions below. */
export type OptionTable = z.ZodObject

/** The facts of every option that was made. */
const registry = z.registry<OptionFacts>()

type Facts = Omit<OptionFacts, 'kind' | 'default'>

/** A text; undefined when it is not given. */
export function text(facts: Facts) {
  return withFacts(nonEmpty().optional(), { ...facts, kind: 'text' })
}

/** A text with a default. */
export function textOr(value: string, facts: Facts) {
  return withFacts(nonEmpty().default(value), { ...facts, kind: 'text', default: value })
}

/** A text; a program may give data instead, which `data` checks. */
export function textOrData<S extends z.ZodType>(data: S, facts: Facts) {
  return withFacts(z.union([nonEmpty(), data]).optional(), { ...facts, kind: 'text' })
}

/** The same with a text as the default. */
export function textOrDataOr<S extends z.ZodType>(value: string, data: S, facts: Facts) {
  return withFacts(z.union([nonEmpty(), data]).default(value), { ...facts, kind: 'text', default: value })
}

/** A text, or an option without a value, which is then an empty text. */
export function textOrNothing(facts: Facts) {
  return withFacts(z.string().optional(), { ...facts, kind: 'text', isValueOptional: true })
}

/** A text, or false after `--no-NAME`. */
export function textOrOff(facts: Facts) {
  return withFacts(z.union([nonEmpty(), z.literal(false)]).optional(), { ...facts, kind: 'text', canBeOff: true })
}

/** Any number. */
export function number(facts: Facts) {
  return withFacts(z.number().optional(), numberFacts(facts))
}

/** A number with a default. */
export function numberOr(value: number, facts: Facts) {
  return withFacts(z.number().default(value), { ...numberFacts(facts), default: value })
}

/** A number that a check accepts; `expected` describes it. */
export function numberThat(check: (value: number) => boolean, facts: Facts & Pick<OptionFacts, 'expected'>) {
  return withFacts(z.number().refine(check).optional(), numberFacts(facts))
}

/** A whole number of at least `least`. */
export function wholeNumber(least: number, facts: Facts) {
  return withFacts(wholeFrom(least).optional(), wholeFacts(least, facts))
}

/** A whole number of at least `least`, with a default. */
export function wholeNumberOr(value: number, least: number, facts: Facts) {
  return withFacts(wholeFrom(least).default(value), { ...wholeFacts(least, facts), default: value })
}

/** On or off, and off by default. */
export function flag(facts: Facts) {
  return withFacts(z.boolean().default(false), { ...facts, kind: 'flag', default: false })
}

/** On or off, and on by default: `--no-NAME` turns it off. */
export function flagThatIsOn(facts: Facts) {
  return withFacts(z.boolean().default(true), { ...facts, kind: 'flag', default: true, canBeOff: true })
}

/** On, off after `--no-NAME`, or undefined if it is not given. */
export function onOrOff(facts: Facts) {
  return withFacts(z.boolean().optional(), { ...facts, kind: 'flag', canBeOff: true })
}

/** Texts; the option may be repeated. */
export function list(facts: Facts) {
  return withFacts(z.array(nonEmpty()).default([]), { ...facts, kind: 'list' })
}

/** One of several texts; undefined when it is not given. */
export function choice<const T extends readonly [string, ...string[]]>(choices: T, facts: Facts) {
  return withFacts(z.enum(choices).optional(), choiceFacts(choices, facts))
}

/** One of several texts, with a default. */
export function choiceOr<const T extends readonly [string, ...string[]]>(value: NoInfer<T[number]>, choices: T, facts: Facts) {
  const schema: z.ZodType<T[number], T[number]> = z.enum(choices)
  return withFacts(schema.default(value), { ...choiceFacts(choices, facts), default: value })
}

/** A text that must be given, by position. */
export function positional(facts: Facts) {
  return withFacts(nonEmpty(), { ...facts, kind: 'text', isPositional: true, isRequired: true })
}

/** A text that may be given, by position. */
export function optionalPositional(facts: Facts) {
  return withFacts(nonEmpty().optional(), { ...facts, kind: 'text', isPositional: true })
}

/** Texts of which at least one must be given, by position. */
export function positionals(facts: Facts) {
  return withFacts(z.array(nonEmpty()).min(1), { ...facts, kind: 'list', isPositional: true, isRequired: true })
}

/** An option of another table with a description of its own. */
export function withDescription<S extends z.ZodType>(option: S, description: string): S {
  return withFacts(option.clone(), { ...registry.get(option)!, description })
}

/** The options of a table, in its order: the key in TypeScript, the name on the command line, and the facts. */
export function listOptions(table: OptionTable): { readonly key: string; readonly name: string; readonly facts: OptionFacts }[] {
  return Object.entries(table.shape).map(([key, schema]) => ({ key, name: commandLineName(key), facts: factsOf(key, schema) }))
}

/** `maxLength` on the command line is `max-length`. */
function commandLineName(key: string): string {
  return key.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)
}

/**
 * Checks values against a table and fills in defaults; the one place where values are normalized. Other fields are left out.
 * Fails with UsageError, which names the option and its value.
 */
export function parseOptions<T extends OptionTable>(table: T, given: unknown): z.output<T> {
  const checked = table.safeParse(given)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  throw optionError(table, issue!, given)
}

/** The same for values from a program: fails with UsageError on an unknown option too. */
export function parseStrictly<T extends OptionTable>(table: T, given: Readonly<Record<string, unknown>>): z.output<T> {
  const known = Object.keys(table.shape)
  const unknown = Object.keys(given).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new UsageError(`unknown option ${JSON.stringify(unknown)}`, `${didYouMean(unknown, known)}Known: ${known.join(', ')}.`)
  return parseOptions(table, given)
}

/** The same with invalid values replaced by defaults; for a command that has something to do even then. */
export function validOptions<T extends OptionTable>(table: T, given: Readonly<Record<string, unknown>>): z.output<T> {
  const keys = Object.keys(table.shape).filter((key) => z.safeParse(table.shape[key], given[key]).success)
  return parseOptions(table, Object.fromEntries(keys.map((key) => [key, given[key]])))
}

/** The names of options whose values are not their defaults. */
export function givenOptions(table: OptionTable, options: Readonly<Record<string, unknown>>): string[] {
  return listOptions(table).flatMap(({ key, name }) => {
    const { data } = z.safeParse(table.shape[key], undefined)
    return JSON.stringify(options[key]) === JSON.stringify(data) ? [] : [name]
  })
}

function withFacts<S extends z.ZodType>(schema: S, facts: OptionFacts): S {
  const key: z.ZodType = schema
  registry.add(key, facts)
  return schema
}

function factsOf(key: string, schema: z.core.$ZodType): OptionFacts {
  const facts = registry.get(schema)
  if (!facts) throw new TypeError(`option ${key} has no facts`)
  return facts
}

function optionError(table: OptionTable, { path: [key] }: z.core.$ZodIssue, given: unknown): UsageError {
  const { name, facts } = listOptions(table).find((option) => option.key === key)!
  return valueError(name, facts, (given as Readonly<Record<string, unknown>>)[String(key)])
}

/** The error for a value that an option does not take. */
export function valueError(name: string, facts: OptionFacts, value: unknown): UsageError {
  const example = facts.example === undefined ? 'Leave it out, or see --help.' : `Give for example --${name} ${facts.example}.`
  if (Array.isArray(value) && facts.kind !== 'list') return new UsageError(`--${name} is given ${value.length} times`, 'Give it once.')
  if (value === '' || (Array.isArray(value) && value.includes('')))
    return new UsageError(`--${name} is empty`, 'Give a value; if it comes from a variable, check that the variable is set.')
  if (value === undefined) return new UsageError(`no ${name} given`, example)
  const nearest = typeof value === 'string' ? didYouMean(value, facts.choices ?? []) : ''
  return new UsageError(`--${name} ${shown(value)} is not ${facts.expected ?? EXPECTED[facts.kind]}`, `${nearest}${example}`)
}

const EXPECTED = { text: 'a text', number: 'a number', flag: 'true or false', list: 'a list of texts' } as const

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value)
}

function nonEmpty() {
  return z.string().min(1)
}

function wholeFrom(least: number) {
  return z.number().refine((value) => Number.isSafeInteger(value) && value >= least)
}

function numberFacts(facts: Facts): OptionFacts {
  return { expected: 'a number', ...facts, kind: 'number' }
}

function wholeFacts(least: number, facts: Facts): OptionFacts {
  return { expected: `a whole number from ${least}`, example: String(Math.max(least, 8)), ...facts, kind: 'number' }
}

function choiceFacts(choices: readonly string[], facts: Facts): OptionFacts {
  return { expected: `one of ${choices.join(', ')}`, example: choices[0]!, ...facts, kind: 'text', choices }
}
