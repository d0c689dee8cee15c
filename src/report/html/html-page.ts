/** The shell of every page: one file that needs nothing else, and in which nothing else can run. */
import { createHash } from 'node:crypto'
import { markup, type Html } from '../markup.ts'
import { STYLE } from './style.ts'

/** What a page has beside its content. */
export interface PageScript {
  readonly script: string
  /** Elements behind the content that the script reads. */
  readonly data: Html | readonly Html[]
}

/**
 * The whole page in the report's style; `title` is its heading too. Its policy allows this style sheet, and this script if there is one: nothing from outside,
 * whatever a dataset's rows contain.
 */
export function htmlPage(title: string, content: Html | readonly Html[], scripted?: PageScript): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${contentPolicy(scripted)}" />
        <title>${title}</title>
        ${verbatim('style', STYLE)}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
        ${scripted ? [scripted.data, verbatim('script', scripted.script)].flat() : []}
      </body>
    </html> `.html
}

function contentPolicy(scripted: PageScript | undefined): string {
  const allowed = (kind: 'style' | 'script', text: string) => `${kind}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'; `
  return `default-src 'none'; ${allowed('style', STYLE)}${scripted ? allowed('script', scripted.script) : ''}base-uri 'none'; form-action 'none'`
}

/** The policy knows style sheet and script by their exact texts, so no white space may surround them. */
function verbatim(tag: 'style' | 'script', text: string): Html {
  return { html: `<${tag}>${text}</${tag}>` }
}
