/**
 * RACE: reading comprehension of English examinations, the part for high schools (Lai et al. 2017, arXiv:1704.04683). A row is an article with its
 * questions: the last one is asked, after the others with their answers.
 * Prompt, choices and metric follow lm-eval `tasks/race/race.yaml` and `preprocess_race.py`, version 3.0.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { pythonLiteral } from '../src/task/lm-eval/template/python-literal.ts'
import { Dict } from '../src/task/lm-eval/template/values.ts'

const problemSchema = z.object({ question: z.string(), answer: z.enum(['A', 'B', 'C', 'D']), options: z.array(z.string()).min(4) })
type Problem = z.infer<typeof problemSchema>

const rowSchema = z.object({ article: z.string(), problems: z.string().transform(readProblems).pipe(z.array(problemSchema).min(1)) })

export default defineTask({
  name: 'race',
  version: 3,
  summary: 'Reading comprehension of examinations in English',
  dataset: { repo: 'EleutherAI/race', config: 'high', split: 'test' },
  row: rowSchema,
  prompt: ({ article, problems }) => `Article: ${article}\n\n${problems.slice(0, -1).map(answered).join('')}${problems.at(-1)!.question}`,
  choices: ({ problems }) => problems.at(-1)!.options.slice(0, 4),
  gold: ({ problems }) => indexOfAnswer(problems.at(-1)!),
  keepsWhiteSpace: true,
  metrics: ['acc'],
  // lm-eval names no split of examples and so draws from the scored one, without leaving the item out of the draw.
  shots: { split: 'test', defaultCount: 0, leavesItemOut: false },
  benchmark: {
    title: 'RACE',
    mainMetric: 'acc',
    chance: { uniform: 1 / 4, majority: null },
    uses: ['Reading comprehension'],
  },
})

/** The dataset has the questions of an article as the text of a list in Python. */
function readProblems(text: string, context: z.RefinementCtx): unknown {
  try {
    const list = pythonLiteral(text)
    return Array.isArray(list) ? list.map((problem) => (problem instanceof Dict ? asRecord(problem) : problem)) : list
  } catch {
    context.addIssue({ code: 'custom', message: 'Invalid input: expected a list in Python' })
    return z.NEVER
  }
}

function asRecord(problem: Dict): unknown {
  return Object.fromEntries(problem.entries)
}

/** A question with a gap at its end gets the answer there. */
function answered(problem: Problem): string {
  const answer = problem.options[indexOfAnswer(problem)]!
  const { question } = problem
  return question.endsWith('  _  .') ? `${question.slice(0, -5)}${answer}\n` : `Question: ${question}\nAnswer: ${answer}\n`
}

function indexOfAnswer({ answer }: Problem): number {
  return 'ABCD'.indexOf(answer)
}
