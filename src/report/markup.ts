/** HTML as a template literal: what is filled in is escaped, unless it was made by the same means. */

/** HTML that is already escaped. */
export interface Html {
  readonly html: string
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Fills in values: text is escaped, Html and lists of it stay. */
export function markup(parts: TemplateStringsArray, ...values: readonly (string | number | Html | readonly Html[])[]): Html {
  return { html: parts.map((part, index) => (index === 0 ? part : rendered(values[index - 1]!) + part)).join('') }
}

function rendered(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value).replace(/[&<>"']/gu, (character) => ENTITIES[character]!)
  return 'html' in value ? value.html : value.map((entry) => entry.html).join('')
}

/** Data for a script of the page: JSON in which nothing can end the element that holds it. */
export function jsonForScript(data: unknown): Html {
  return {
    html: JSON.stringify(data, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? null : value))
      .replace(/</gu, '\\u003c')
      .replaceAll('\u2028', '\\u2028')
      .replaceAll('\u2029', '\\u2029'),
  }
}
