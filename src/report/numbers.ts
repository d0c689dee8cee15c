/** Numbers as reports print them: a true minus, a fixed number of digits, and a dash for what is not there. */
import type { Interval } from '../compare/comparison.ts'

/** Printed if there is no figure. */
export const NONE = '–'

/** A number with that many digits and a true minus. */
export function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−')
}

/** `79.54 %` of a share. */
export function percent(share: number, digits = 2): string {
  return `${fixed(share * 100, digits)} %`
}

/** Text for a page, in which a line never begins with a percent sign. */
export function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) %/gu, '\u00A0%')
}

/** With its sign, except for what rounds to zero. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0) return text
  return `${value < 0 ? '−' : '+'}${text}`
}

/** A bound of an interval; few items make some so wide that their digits say nothing. */
export function bounded(value: number, digits: number): string {
  return value >= 1000 ? '> 999' : value.toFixed(digits)
}

/** ` [38.0, 111.0]`, to follow a figure; empty for none. */
export function intervalText(interval: Interval | null, text: (bound: number) => string): string {
  return interval ? ` [${text(interval[0])}, ${text(interval[1])}]` : ''
}

/** `0.034`, or `< 0.001`. */
export function pText(value: number): string {
  return value < 0.001 ? '< 0.001' : value.toFixed(3)
}

/** `piqa`, or `mmlu (5-shot)`. */
export function taskLabel({ task, shotCount }: { readonly task: string; readonly shotCount: number | null }): string {
  return `${task}${shotCount ? ` (${shotCount}-shot)` : ''}`
}
