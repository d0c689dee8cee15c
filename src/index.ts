/** The public API: what a task of one's own is written with. */
export { defineTask } from './task/define-task.ts'
export type { ChoiceFields, ChoiceTask, DatasetSource, FolderSource, HubSource, Subsets, Task, TextFields, TextTask } from './task/define-task.ts'
export type { ChoiceMetricName, MetricName, TextMetricName } from './metrics/registry.ts'
export { capitalize, strip } from './text/python-text.ts'
export { z } from 'zod'
