/** The self-test of each device on the model that ships with this program. */
import path from 'node:path'
import type { Device } from '../engine/devices/device.ts'
import { diagnoseDevice, type DeviceDiagnosis } from '../engine/devices/self-test.ts'
import { PACKAGE_FOLDER } from '../io/package-folder.ts'
import { readConfig } from '../model/config/config.ts'
import { readWeights } from '../model/weights/weights.ts'

/** One after another, in the order of the devices. */
export async function diagnoseDevices(devices: readonly Device[]): Promise<DeviceDiagnosis[]> {
  const folder = path.join(PACKAGE_FOLDER, 'demo/model')
  const config = await readConfig(folder)
  const weights = await readWeights(folder, config)
  const diagnoses: DeviceDiagnosis[] = []
  for (const device of devices) diagnoses.push(await diagnoseDevice(device, config, weights))
  return diagnoses
}
