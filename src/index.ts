/** The public API: what a task of one's own is written with. */
export { defineTask } from './task/define-task.ts'
export type {
  ChoiceFields,
  ChoiceMetric,
  ChoiceTask,
  DatasetSource,
  FolderSource,
  HubSource,
  Metric,
  Subsets,
  Task,
  TextFields,
  TextMetric,
  TextTask,
} from './task/define-task.ts'
export { capitalize, strip } from './task/python-text.ts'
export { z } from 'zod'
