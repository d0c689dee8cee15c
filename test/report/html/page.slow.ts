/** The HTML report in a real browser. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { flippedItems } from '../../../src/compare/flips.ts'
import { reportPage } from '../../../src/report/html/page.ts'
import { choiceTask, storedRun, textTask } from '../../stored-runs.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))
const HOSTILE = '</script><img src=x onerror=alert(1)>'

/** 180 items of two tasks flip, most of them lost; one has a hostile prompt. */
async function page(): Promise<string> {
  const outcomes = (right: (item: number) => boolean) => Array.from({ length: 400 }, (_, item) => Number(right(item)))
  const piqa = choiceTask(
    'piqa',
    outcomes(() => true),
  )
  const hostile = {
    ...piqa,
    items: piqa.items!.map((item) =>
      item.docId === 3 ? { ...item, requests: item.requests.map((request) => ({ ...request, context: `the prompt ${HOSTILE}` })) } : item,
    ),
  }
  const original = storedRun('original', [
    hostile,
    choiceTask(
      'boolq',
      outcomes((item) => item % 4 > 0),
    ),
    textTask('wikitext', [
      { logProb: -300, weight: 100 },
      { logProb: -150, weight: 50 },
    ]),
  ])
  const lost = (share: number) => [
    choiceTask(
      'piqa',
      outcomes((item) => item % share > 0),
    ),
    choiceTask(
      'boolq',
      outcomes((item) => item % 5 > 0),
    ),
    textTask('wikitext', [
      { logProb: -400, weight: 100 },
      { logProb: -180, weight: 50 },
    ]),
  ]
  const variants = [storedRun('pruned', lost(3)), storedRun(`quantized ${HOSTILE}`, lost(9))]
  const comparison = compareRuns(original, variants)
  const flips = comparison.accuracies.flatMap((line) => variants.flatMap((variant) => flippedItems(line, original, variant)))
  const file = path.join(temporaryFolder(), 'report.html')
  writeFileSync(file, reportPage(comparison, flips))
  return pathToFileURL(file).href
}

/** Ways out of text, of attributes, of scripts and of the chart. */
const ATTACKS = [
  '</script><script>window.attacked = 1</script>',
  '"><img src=x onerror="window.attacked = 2">',
  "'><svg onload='window.attacked = 3'>",
  '<!--<script>window.attacked = 4</script>-->',
  '</style><script>window.attacked = 5</script>',
  '</title></head><body onload="window.attacked = 6">',
  '<a href="javascript:window.attacked = 7">x</a>',
  ']]><script>window.attacked = 8</script>',
] as const

/** Every text that comes from a file is an attack: labels, task names, metrics, prompts, choices. */
async function hostilePage(): Promise<string> {
  const tasks = (right: (item: number) => boolean) =>
    ATTACKS.map((attack) => {
      const task = choiceTask(
        `task ${attack}`,
        Array.from({ length: 8 }, (_, item) => Number(right(item))),
      )
      const items = task.items!.map((item) => ({
        ...item,
        requests: item.requests.map((request) => ({ ...request, context: attack, continuation: ` ${ATTACKS[0]}` })),
      }))
      return { ...task, items }
    })
  const original = storedRun(
    `original ${ATTACKS[0]}`,
    tasks((item) => item % 2 === 0),
  )
  const variant = storedRun(
    `variant ${ATTACKS[1]}`,
    tasks((item) => item % 3 === 0),
    { isComplete: false, tool: ATTACKS[2], file: ATTACKS[3] },
  )
  const comparison = compareRuns(original, [variant])
  const flips = comparison.accuracies.flatMap((line) => flippedItems(line, original, variant))
  const file = path.join(temporaryFolder(), 'report.html')
  writeFileSync(file, reportPage(comparison, flips))
  return pathToFileURL(file).href
}

describe.skipIf(!BROWSER)(`the report in Chromium${BROWSER ? '' : ' (skipped: no Chromium is installed)'}`, () => {
  let browser: Browser
  let address: string
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: BROWSER!, args: ['--no-sandbox'] })
    address = await page()
  })
  afterAll(() => browser.close())

  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<{ readonly tab: Page; readonly problems: string[] }> {
    const tab = await browser.newPage(options)
    const problems: string[] = []
    tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    tab.on('pageerror', (error) => problems.push(error.message))
    tab.on('dialog', (dialog) => problems.push(`dialog: ${dialog.message()}`))
    tab.on('request', (request) => request.url() !== address && problems.push(`request: ${request.url()}`))
    await tab.goto(address)
    return { tab, problems }
  }
  const count = (tab: Page) => tab.locator('#flip-count').textContent()

  test('opens from disk without an error or a request', async () => {
    const { tab, problems } = await open()
    expect(await tab.locator('h1').textContent()).toContain('original against pruned')
    expect(await tab.locator('.chart svg:visible').count()).toBe(1)
    expect(await tab.locator('#flip-rows tr').count()).toBe(50)
    expect(problems).toEqual([])
  })

  test('the search and the filters narrow the items, and pages turn', async () => {
    const { tab, problems } = await open()
    const all = Number(/of (\d+) items/u.exec((await count(tab))!)![1])
    await tab.selectOption('#flip-task', 'piqa')
    await tab.selectOption('#flip-variant', 'pruned')
    expect(await count(tab)).toBe('1–50 of 134 items')
    await tab.click('#flip-next')
    expect(await count(tab)).toBe('51–100 of 134 items')
    await tab.selectOption('#flip-direction', 'gained')
    expect(await count(tab)).toBe('no items')
    await tab.selectOption('#flip-direction', '')
    await tab.fill('#flip-search', 'onerror')
    expect(await count(tab)).toBe('1–1 of 1 items')
    await tab.locator('summary').click()
    expect(await tab.locator('pre').textContent()).toBe(`the prompt ${HOSTILE}`)
    await tab.locator('.choices').waitFor()
    expect(await tab.locator('.choices tbody tr').count()).toBe(2)
    expect(await tab.locator('.choices .right').count()).toBe(1)
    expect(all).toBeGreaterThan(200)
    expect(problems).toEqual([])
  })

  test('untrusted names, rows and answers stay text, and the policy has nothing to stop', async () => {
    const tab = await browser.newPage()
    const problems: string[] = []
    tab.on('console', (message) => problems.push(message.text()))
    tab.on('pageerror', (error) => problems.push(error.message))
    tab.on('dialog', (dialog) => void dialog.dismiss().then(() => problems.push('a dialog')))
    tab.on('request', (request) => request.url().startsWith('file:') || problems.push(`request: ${request.url()}`))
    await tab.addInitScript(`document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => console.log('stopped: ' + violatedDirective))`)
    await tab.goto(await hostilePage())
    const shown = (await tab.locator('body').textContent())!
    for (const text of ATTACKS) expect(shown, text).toContain(text)
    await tab.locator('summary').first().click()
    await tab.locator('.choices').waitFor()
    expect(await tab.locator('.choices').textContent()).toContain(ATTACKS[0])
    expect(await tab.locator('img, iframe, object, embed, link, base, form, a, svg svg, foreignObject').count()).toBe(0)
    expect(await tab.locator('script').count()).toBe(2)
    expect(await tab.evaluate('window.attacked')).toBeUndefined()
    expect(problems).toEqual([])
    await tab.close()
  })

  test('and the policy would stop it: markup that is put into the page by force does not run', async () => {
    const { tab, problems } = await open()
    await tab.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.attacked = 1"><p style="color: red">x</p><iframe srcdoc="<script>parent.attacked = 2</script>"></iframe>')`,
    )
    await tab.evaluate(`document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.attacked = 3' }))`)
    await tab.evaluate(`document.head.append(Object.assign(document.createElement('base'), { href: 'https://example.invalid/' }))`)
    await expect.poll(() => problems.length).toBeGreaterThan(3)
    expect(await tab.evaluate('window.attacked')).toBeUndefined()
    expect(await tab.evaluate('document.baseURI')).toBe(address)
    await tab.close()
  })

  test('the keyboard reaches and works every control', async () => {
    const { tab } = await open()
    const reached: string[] = []
    for (let press = 0; press < 14; press++) {
      await tab.keyboard.press('Tab')
      reached.push(await tab.evaluate('document.activeElement.id || document.activeElement.tagName'))
    }
    expect(reached).toEqual(expect.arrayContaining(['flip-search', 'flip-task', 'flip-variant', 'flip-direction', 'flip-next', 'SUMMARY']))
    await tab.focus('summary')
    await tab.keyboard.press('Enter')
    await tab.locator('details[open] .choices').waitFor()
  })

  test.each([390, 768, 1280])('at %d pixels nothing is off the page without a hint, with an item open', async (width) => {
    const { tab } = await open({ viewport: { width, height: 844 } })
    await tab.locator('summary').first().click()
    await tab.locator('.choices').waitFor()
    expect(await tab.evaluate(STICKING_OUT)).toEqual([])
    if (width === 390) expect(await tab.locator('.hint:visible').count()).toBe(0)
  })

  test('an open item says by which metric each model is right', async () => {
    const { tab } = await open()
    await tab.locator('summary').first().click()
    expect(await tab.locator('.outcomes li').allTextContents()).toEqual(['acc: original right, pruned wrong'])
    expect(await tab.locator('#flip-rows .lost').first().textContent()).toBe('lostby acc')
  })

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('%s at %d pixels: the page itself does not scroll sideways', async (colorScheme, width) => {
    const { tab, problems } = await open({ colorScheme, viewport: { width, height: 800 } })
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    const [ink, ground] = await tab.evaluate<[string, string]>('[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]')
    expect(contrast(ink, ground)).toBeGreaterThan(7)
    await tab.locator('summary').first().click()
    await tab.screenshot({ path: path.join(temporaryFolder(), `report-${colorScheme}-${width}.png`), fullPage: true })
    expect(problems).toEqual([])
  })
})

/** What sticks out of the page to the right, unless it scrolls within itself below a visible hint. */
const STICKING_OUT = `[...document.querySelectorAll('body *')].filter((element) => {
  const box = element.getBoundingClientRect()
  if (box.width === 0 || box.right <= document.documentElement.clientWidth + 0.5) return false
  const scroll = element.closest('.scroll')
  return !scroll || scroll === element || scroll.previousElementSibling.hidden
}).map((element) => element.tagName + ' ' + element.className)`

/** WCAG's contrast ratio of two `rgb(…)`. */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red, green, blue] = color.match(/\d+/gu)!.map((value) => {
      const share = Number(value) / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
  }
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}
