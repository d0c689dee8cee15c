/** The page's script: hints at what scrolls sideways, and the searchable table of flipped items. Plain DOM, no dependencies; it builds rows from text, never from HTML. */

/** Shows the hint above what is wider than its place. */
const HINTS = `
for (const wide of document.querySelectorAll('.wide')) {
  const [hint, content] = wide.children
  const check = () => { hint.hidden = content.scrollWidth <= content.clientWidth + 1 }
  new ResizeObserver(check).observe(content)
  check()
}
`

/** Rows are made for one page of results at a time, so that thousands of items stay usable. */
const FLIPS = `
(() => {
  if (!document.getElementById('flip-data')) return
  const items = JSON.parse(document.getElementById('flip-data').textContent)
  const PAGE = 50
  const search = document.getElementById('flip-search')
  const selects = ['task', 'variant', 'direction'].map((field) => [field, document.getElementById('flip-' + field)])
  const body = document.getElementById('flip-rows')
  const count = document.getElementById('flip-count')
  const [back, next] = ['flip-back', 'flip-next'].map((id) => document.getElementById(id))
  const texts = items.map((item) => [item.task, item.docId, item.context, ...item.choices.map((choice) => choice.text)].join(' ').toLowerCase())
  let page = 0
  const element = (name, text, className) => {
    const made = document.createElement(name)
    if (text !== undefined) made.textContent = text
    if (className) made.className = className
    return made
  }
  const figure = (value) => (value === null ? '–' : value.toFixed(3).replace('-', '−'))
  const best = (choices, side) => choices.reduce((top, choice, index) => ((choice[side] ?? -Infinity) > (choices[top][side] ?? -Infinity) ? index : top), 0)
  const choiceTable = (item) => {
    const table = element('table', undefined, 'choices')
    const head = table.createTHead().insertRow()
    for (const title of ['choice', 'original', item.variant]) {
      const cell = element('th', title)
      cell.scope = 'col'
      head.append(cell)
    }
    const body = table.createTBody()
    const [was, is] = ['original', 'variant'].map((side) => best(item.choices, side))
    item.choices.forEach((choice, index) => {
      const row = body.insertRow()
      const right = String(index) === item.target
      const text = element('td', choice.text, right ? 'right' : '')
      if (right) text.append(' ', element('span', 'correct', 'tag'))
      row.append(text, element('td', figure(choice.original), index === was ? 'picked' : ''), element('td', figure(choice.variant), index === is ? 'picked' : ''))
    })
    return table
  }
  const outcomeText = (item) => item.outcomes.map(({ metric, original, variant }) => {
    const word = (isRight) => isRight ? 'right' : 'wrong'
    return metric + ': ' + (original === variant ? 'both ' + word(original) : 'original ' + word(original) + ', ' + item.variant + ' ' + word(variant))
  })
  const labelled = (label, text, className) => {
    const cell = element('td', text, className)
    cell.dataset.label = label
    return cell
  }
  const rowOf = (item) => {
    const row = element('tr')
    const details = element('details')
    details.append(element('summary', item.context.length > 160 ? '…' + item.context.slice(-160) : item.context))
    details.addEventListener('toggle', () => {
      if (!details.open || details.childElementCount > 1) return
      const outcomes = element('ul', undefined, 'outcomes')
      for (const text of outcomeText(item)) outcomes.append(element('li', text))
      details.append(element('pre', item.context), outcomes, choiceTable(item))
    })
    const cell = element('td', undefined, 'item')
    cell.append(details)
    const flip = labelled('flip', item.direction, item.direction)
    flip.append(element('span', 'by ' + item.metric, 'interval'))
    row.append(labelled('task', item.task), labelled('row', String(item.docId), 'number'), labelled('variant', item.variant), flip, cell)
    return row
  }
  const show = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
    const found = items.filter((item, index) => selects.every(([field, select]) => select.value === '' || item[field] === select.value) && words.every((word) => texts[index].includes(word)))
    page = Math.min(page, Math.max(0, Math.ceil(found.length / PAGE) - 1))
    const from = page * PAGE
    body.replaceChildren(...found.slice(from, from + PAGE).map(rowOf))
    count.textContent = found.length === 0 ? 'no items' : (from + 1) + '–' + Math.min(from + PAGE, found.length) + ' of ' + found.length + ' items'
    back.disabled = page === 0
    next.disabled = from + PAGE >= found.length
  }
  const restart = () => {
    page = 0
    show()
  }
  search.addEventListener('input', restart)
  for (const [, select] of selects) select.addEventListener('change', restart)
  back.addEventListener('click', () => { page--; show() })
  next.addEventListener('click', () => { page++; show() })
  show()
})()
`

/** Runs in the page. */
export const PAGE_SCRIPT = `${HINTS}${FLIPS}`
