/**
 * MMLU: exam questions of 57 subjects with four choices (Hendrycks et al. 2020, arXiv:2009.03300).
 * Prompt, groups and metrics follow lm-eval `tasks/mmlu/default`, version 1.0; five shots, as the benchmark is reported, where lm-eval's default is none.
 */
import { z } from 'zod'
import { defineTask } from '../src/task/define-task.ts'
import { strip } from '../src/task/python-text.ts'

const GROUPS = {
  humanities: [
    'formal_logic', 'high_school_european_history', 'high_school_us_history', 'high_school_world_history', 'international_law', 'jurisprudence',
    'logical_fallacies', 'moral_disputes', 'moral_scenarios', 'philosophy', 'prehistory', 'professional_law', 'world_religions',
  ],
  social_sciences: [
    'econometrics', 'high_school_geography', 'high_school_government_and_politics', 'high_school_macroeconomics', 'high_school_microeconomics',
    'high_school_psychology', 'human_sexuality', 'professional_psychology', 'public_relations', 'security_studies', 'sociology', 'us_foreign_policy',
  ],
  other: [
    'business_ethics', 'clinical_knowledge', 'college_medicine', 'global_facts', 'human_aging', 'management', 'marketing', 'medical_genetics',
    'miscellaneous', 'nutrition', 'professional_accounting', 'professional_medicine', 'virology',
  ],
  stem: [
    'abstract_algebra', 'anatomy', 'astronomy', 'college_biology', 'college_chemistry', 'college_computer_science', 'college_mathematics', 'college_physics',
    'computer_security', 'conceptual_physics', 'electrical_engineering', 'elementary_mathematics', 'high_school_biology', 'high_school_chemistry',
    'high_school_computer_science', 'high_school_mathematics', 'high_school_physics', 'high_school_statistics', 'machine_learning',
  ],
}

export default defineTask({
  name: 'mmlu',
  version: 1,
  summary: 'Exam questions of 57 subjects, four choices',
  dataset: { repo: 'cais/mmlu', split: 'test', file: 'mmlu/{split}/{config}' },
  subsets: { names: Object.values(GROUPS).flat().sort(), groups: GROUPS },
  row: z.object({ question: z.string(), choices: z.array(z.string()).length(4), answer: z.number().int() }),
  instruction: (subject) => `The following are multiple choice questions (with answers) about ${subject.replaceAll('_', ' ')}.\n\n`,
  prompt: ({ question, choices: [a, b, c, d] }) => `${strip(question)}\nA. ${a}\nB. ${b}\nC. ${c}\nD. ${d}\nAnswer:`,
  choices: () => ['A', 'B', 'C', 'D'],
  gold: ({ answer }) => answer,
  metrics: ['acc'],
  shots: { split: 'dev', defaultCount: 5 },
})
