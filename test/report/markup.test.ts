import { expect, test } from 'vitest'
import { jsonForScript, markup } from '../../src/report/markup.ts'

const HOSTILE = `</script><img src=x onerror="alert('1')">`

test('markup escapes what is filled in, but not markup', () => {
  expect(markup`<p>${HOSTILE}</p>${[markup`<b>${1}</b>`, markup`<i>&</i>`]}`.html).toBe(
    '<p>&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;</p><b>1</b><i>&</i>',
  )
})

test('data for the script cannot end its element, and reads back as it was', () => {
  const { html } = jsonForScript([HOSTILE, NaN, '\u2028'])
  expect(html).not.toMatch(/[<\u2028]/u)
  expect(JSON.parse(html)).toEqual([HOSTILE, null, '\u2028'])
})
