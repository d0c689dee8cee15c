/** Opens a model whose layers are taken away. */
import { CheckpointError } from '../errors.ts'
import { openCheckpoint, openOutline, type Checkpoint, type Outline } from '../model/checkpoint.ts'
import { numberedLayers } from '../model/config/kept-layers.ts'
import type { ModelConfig } from '../model/config/config.ts'
import type { ModelSource } from '../run/model-source.ts'

/** Opens the checkpoint; `onNotice` receives notices about unused parts. Fails with CheckpointError on quantized weights and on a part of a larger model. */
export async function openForPruning(model: ModelSource, onNotice: (notice: string) => void): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(model.folder)
  refuseUnprunable(model, checkpoint.config)
  for (const notice of checkpoint.notices) onNotice(notice)
  return checkpoint
}

/** The same without weights, as far as its folder has them; config.json must exist. */
export async function outlineForPruning(model: ModelSource, onNotice: (notice: string) => void): Promise<Outline> {
  const outline = await openOutline(model.folder)
  refuseUnprunable(model, outline.config)
  for (const notice of outline.notices) onNotice(notice)
  if (!outline.hasWeights) onNotice(`no weights in ${model.folder}: sizes are calculated from config.json`)
  return outline
}

function refuseUnprunable({ folder }: ModelSource, config: ModelConfig): void {
  const reason = numberedLayers(config)
  if (reason !== undefined)
    throw new CheckpointError(`${folder}: layers cannot be removed: ${reason}`, 'No field of config.json gives the other layers their former numbers.')
  if (config.isPart)
    throw new CheckpointError(
      `${folder}: a language model inside of a larger model cannot be pruned`,
      'Save the language model on its own: take it from the larger one in transformers and call save_pretrained().',
    )
}
