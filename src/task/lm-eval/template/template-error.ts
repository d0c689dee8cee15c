/** What a template cannot do. */

/** A template, or the value of one, that is refused. Who knows the task makes a HarnessError of it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

/** A name or member that the row does not have. */
export class UndefinedError extends TemplateError {}
