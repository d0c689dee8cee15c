/** A page without a script, in the report's style. */
import { createHash } from 'node:crypto'
import { markup, type Html } from '../markup.ts'
import { STYLE } from './style.ts'

/** The whole page; `title` is its heading too. It needs nothing from outside, and nothing from outside can run in it. */
export function htmlPage(title: string, content: readonly Html[]): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`
  const style: Html = { html: `<style>${STYLE}</style>` }
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>${title}</title>
        ${style}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `.html
}
