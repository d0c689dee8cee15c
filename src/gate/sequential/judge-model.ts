/**
 * The gate that stops when it knows, from top to bottom: the baseline is stored, the candidate is scored on its items in a random order, block by
 * block, until every rule of the policy is decided.
 */
import type { z } from 'zod'
import { AbortError, CompareError } from '../../errors.ts'
import { FAILED, INTERRUPTED } from '../../exit-codes.ts'
import { isPerToken } from '../../compare/differences.ts'
import { windowNote } from '../../compare/encoding-differences.ts'
import { provenanceNotes } from '../../compare/provenance.ts'
import { openBlockScorer, type BlockScorer } from '../../run/block-scorer.ts'
import { openDivergenceScorer } from '../../run/divergence-scorer.ts'
import type { EvaluateOptions } from '../../run/evaluate-options.ts'
import type { ModelSource } from '../../run/model-source.ts'
import { HARNESS_VERSION } from '../../io/package-folder.ts'
import { parseStrictly } from '../../run/option-table.ts'
import { cacheFolderOf } from '../../run/parse-run-options.ts'
import type { EvaluationEvent, OnEvent } from '../../run/run-events.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import type { Task } from '../../task/define-task.ts'
import { counted } from '../../text/count.ts'
import { chanceNotes } from '../chance-notes.ts'
import { EXIT_CODE, judgementOf, type JudgedRule } from '../judge-comparison.ts'
import type { JudgeOptions } from '../judge.ts'
import { outcomeRecord, type GateOutcome } from '../outcome.ts'
import { drawItems, drawnValues, type BlockVerdicts, type DrawnItems } from './draw-items.ts'
import type { RuledPopulation } from './ruled-population.ts'
import { writeDrawing, type DrawingRecord } from './drawing-record.ts'
import type { GateEvent } from './gate-events.ts'
import { modelOptions } from './model-options.ts'
import { prepareGate, type PreparedGate } from './prepare-gate.ts'
import { recordOf } from './record-drawing.ts'
import { judgeTrack, type RuleTrack } from './rule-track.ts'
import { openUnfinishedGate } from './unfinished-gate.ts'

/** Options of the command in camelCase, and options for programs. */
export interface JudgeModelOptions extends Omit<JudgeOptions, 'candidate'>, z.input<typeof modelOptions> {
  /** Tasks made with `defineTask`, beside the built-in ones and those of `taskFile`. */
  readonly definedTasks?: readonly Task[]
  readonly onEvent?: OnEvent<GateEvent>
  /** Ends drawing at once; what is known until then is judged and stored. */
  readonly signal?: AbortSignal
}

/**
 * Judges a model against a stored baseline, and stores the record below `output`. Fails with a HarnessError before anything is scored if the input is
 * at fault, with CompareError if the candidate would not be asked the baseline's items, and with AbortError when it is cancelled before the first score.
 */
export async function judgeModel({ definedTasks, onEvent = () => {}, signal, baseline, baselines, policy, ...given }: JudgeModelOptions): Promise<GateOutcome> {
  const options = parseStrictly(modelOptions, given)
  const startedAt = new Date()
  const beganAt = performance.now()
  const prepared = await prepareGate({ baseline, baselines, policy, options, definedTasks, onEvent, signal }, 'scoring')
  const cache = cacheFolderOf(prepared.scoring)
  const watch =
    ({ label }: ModelSource) =>
    (event: EvaluationEvent) =>
      onEvent({ ...event, model: label })
  const evaluateOptions = { ...prepared.evaluateOptions, ...(cache !== undefined && { cache }), ...(signal && { signal }), onEvent: watch(prepared.model) }
  await using scorer = await openScorer(prepared, evaluateOptions, watch)
  checkTokenizer(prepared, scorer)
  const limits = { maxItems: options.maxItems, isFull: options.full, signal }
  const onBlock = (verdicts: BlockVerdicts) => onEvent({ kind: 'block-judged', ...verdicts })
  const unfinished = await openUnfinishedGate(prepared, scorer, signal)
  const knownCount = unfinished.earlier.scored.size
  if (knownCount > 0) onEvent({ kind: 'resumed', itemCount: knownCount, file: unfinished.file })
  const drawnItems = await drawItems(prepared.ruled, { loadedTasks: prepared.loadedTasks, scorer, limits, unfinished, onBlock })
  if (drawnItems.scored.size === 0) throw drawnItems.failure ?? new AbortError()
  const drawing = await recordOf(prepared, {
    drawnItems,
    scorer,
    options,
    startedAt,
    beganAt,
    isInterrupted: signal?.aborted === true || drawnItems.failure !== undefined,
  })
  const outcome = outcomeOf(prepared, drawnItems, drawing)
  const recordFile = await writeDrawing(options.output, drawing, outcomeRecord(outcome))
  const { tokensComputed, cachedCount, elapsedMs } = drawing
  const itemCount = drawnItems.scored.size - drawnItems.resumedCount
  onEvent({ kind: 'record-stored', model: prepared.model.label, file: recordFile, itemCount, tokensComputed, cachedCount, elapsedMs })
  // With more --max-items, an undecided gate goes on.
  if (outcome.judgement!.rules.every(({ verdict }) => verdict !== 'undecided')) await unfinished.remove()
  return { ...outcome, recordFile }
}

/** Opens the candidate, and the baseline's model if it is needed. Fails with CompareError if that has other weights than the baseline. */
async function openScorer(
  { model, original, baseline }: PreparedGate,
  options: EvaluateOptions,
  watch: (model: ModelSource) => OnEvent<EvaluationEvent>,
): Promise<BlockScorer> {
  if (!original) return openBlockScorer(model, options)
  const scorer = await openDivergenceScorer(original, model, { ...options, onOriginalEvent: watch(original) })
  const { source, weightsHash } = await scorer.original()
  if (weightsHash === baseline.model.weightsHash || options.signal?.aborted) return scorer
  await scorer[Symbol.asyncDispose]()
  throw new CompareError(
    `the runs cannot be compared: ${source} has other weights now than when ${baseline.label} was scored`,
    'Score the baseline again, or put its model back.',
  )
}

/** Fails with CompareError if a perplexity counts tokens, and the candidate has others than the baseline. */
function checkTokenizer({ baseline, ruled, model }: PreparedGate, { tokenizerHash }: BlockScorer): void {
  const perToken = ruled.flatMap(({ tracks }) => tracks).find(({ request: { metric } }) => metric !== undefined && isPerToken(metric))
  const known = baseline.model.tokenizerHash
  if (perToken && known !== null && known !== tokenizerHash)
    throw new CompareError(
      `${perToken.request.task}: ${perToken.request.metric} is a figure per token, and ${model.label} has another tokenizer than ${baseline.label}`,
      'Name a metric per word or byte in the policy.',
    )
}

function outcomeOf({ baseline, ruled, model }: PreparedGate, drawnItems: DrawnItems, drawing: DrawingRecord): GateOutcome {
  const judge = (track: RuleTrack, { population }: RuledPopulation): JudgedRule => judgeTrack(track, drawnValues(population, track, drawnItems.scored))
  const judgement = judgementOf(ruled.flatMap((one) => one.tracks.map((track) => judge(track, one))))
  const { failure, scored, cutRequests } = drawnItems
  const cutRequestCount = [...scored.keys()].reduce((sum, name) => sum + (cutRequests.get(name) ?? 0), 0)
  // A regressed rule is final, whatever the others would have been.
  const isOpen = drawing.isInterrupted && judgement.verdict !== 'regressed' && judgement.rules.some(({ verdict }) => verdict === 'undecided')
  const candidate = candidateOf(baseline, drawing)
  return {
    names: { baseline: baseline.label, candidate: model.label },
    files: { baseline: baseline.sources ?? [], candidate: [] },
    judgement: isOpen ? { ...judgement, isInterrupted: true } : judgement,
    error: failure && isOpen ? { code: failure.code, message: failure.message, hint: failure.hint } : null,
    notes: [
      ...(isOpen ? ['the gate was interrupted; the same command goes on'] : []),
      ...provenanceNotes(baseline, [candidate]),
      ...notesOf(drawing),
      ...chanceNotes(baseline, judgement.rules),
      ...windowNotes(baseline, candidate, ruled),
      ...(cutRequestCount > 0 ? [`${counted(cutRequestCount, 'request')} of ${model.label} ${cutRequestCount === 1 ? 'was' : 'were'} cut to its window`] : []),
    ],
    exitCode: isOpen ? UNFINISHED[failure ? 'lost' : 'cancelled'] : EXIT_CODE[judgement.verdict],
    drawing,
  }
}

/** Exit codes of a gate that ended before its rules were decided: no server was left, or it was cancelled. */
const UNFINISHED = { lost: FAILED, cancelled: INTERRUPTED } as const

/** What the verdicts are about, and how sure they are. */
function notesOf({ seed, alpha, bounds, drawn, original }: DrawingRecord): string[] {
  const partly = new Set(drawn.flatMap(({ task, itemCount, items }) => (items.length < itemCount ? [task] : [])))
  const unbounded = (['max_perplexity_ratio', 'max_mean_kl'] as const).filter((kind) => bounds.some((rule) => rule.kind === kind && partly.has(rule.task)))
  const asymptotic = unbounded.length === 0 ? '' : `; of ${unbounded.map((kind) => UNBOUNDED[kind]).join(' and ')} this is approximate`
  // Alpha is for both sides, of which only one can be wrong.
  const share = bounds.length === 1 ? '' : `, ${percentText(alpha / 2 / bounds.length)} for each rule`
  return [
    `verdicts are about the scores on all of the baseline’s items, drawn in a random order (seed ${seed})`,
    ...(original ? [`${original.source} was scored beside the candidate, on the same items`] : []),
    ...(partly.size === 0 ? [] : [`with a probability of at most ${percentText(alpha / 2)} a verdict differs from that on all items${share}${asymptotic}`]),
  ]
}

const UNBOUNDED = { max_perplexity_ratio: 'perplexities', max_mean_kl: 'the mean KL' } as const

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}

/** The candidate as a comparison would have it: scored on the baseline's items here and now. */
function candidateOf(baseline: StoredRun, { model }: DrawingRecord): StoredRun {
  const own = { label: model.label, tool: `evalharness ${HARNESS_VERSION}`, isComplete: true, notes: [] }
  return { ...baseline, ...own, model: { ...baseline.model, maxLength: model.maxLength } }
}

function windowNotes(baseline: StoredRun, candidate: StoredRun, ruled: readonly RuledPopulation[]): string[] {
  return ruled
    .filter(({ tracks }) => tracks.some(({ request: { kind } }) => kind === 'max_perplexity_ratio'))
    .flatMap(({ population: { name } }) => windowNote(name, baseline, candidate))
}
