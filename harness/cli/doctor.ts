import {cacheFolder} from '../../vms/image/cache-folder.ts';
import {hostFacts} from '../../vms/host/facts.ts';
import type {HostFacts} from '../../vms/host/facts.ts';
import {missingPackages} from '../../vms/host/packages.ts';
import type {MissingPackage} from '../../vms/host/packages.ts';
import type {Provider, Requirement} from '../../vms/machine.ts';
import {createPaint} from '../report/terminal/paint.ts';
import type {Diagnosis, ProviderDiagnosis} from './diagnosis.ts';
import {diagnosisLines} from './diagnosis-lines.ts';
import {hostRows} from './host-rows.ts';

/** What {@link doctor} looks at and where it prints; what has a default is replaced by tests only. */
export interface DoctorOptions {
  readonly providers: readonly Provider[];
  readonly stream: NodeJS.WritableStream;
  /** Print one JSON document instead of lines. */
  readonly json?: boolean | undefined;
  /** Default: as the stream and the environment have it. */
  readonly colour?: boolean | undefined;
  readonly facts?: HostFacts;
  readonly missing?: readonly MissingPackage[];
}

/**
 * Prints what this host can and can't do, each with the command that mends it. Changes nothing.
 * Returns the exit code: 0 when machines can be made here, 3 when not.
 */
export async function doctor(options: DoctorOptions): Promise<0 | 3> {
  const diagnosis = await diagnose(options);
  const {stream, json = false, colour} = options;
  const text = json
    ? JSON.stringify(diagnosis, undefined, 2)
    : diagnosisLines(diagnosis, createPaint(stream, colour)).join('\n');
  stream.write(`${text}\n`);
  return diagnosis.usable ? 0 : 3;
}

const diagnose = async ({providers, facts, missing}: DoctorOptions): Promise<Diagnosis> => {
  const host = hostRows({
    facts: facts ?? (await hostFacts(cacheFolder())),
    missing: missing ?? (await missingPackages(['bake', 'sandbox'])),
    nodeVersion: process.versions.node,
    platform: process.platform,
  });
  const asked = await Promise.all(providers.map((provider) => ask(provider)));
  const lacksNothing = host.every((row) => row.state !== 'missing');
  return {usable: lacksNothing && asked.some((provider) => provider.usable), host, providers: asked};
};

/** A provider that can't even tell what it lacks is not usable, but it must not hide the others. */
const ask = async (provider: Provider): Promise<ProviderDiagnosis> => {
  const missing = await provider
    .missing()
    .catch((error: unknown): readonly Requirement[] => [
      {sentence: `Cannot find out what it needs: ${error instanceof Error ? error.message : String(error)}`},
    ]);
  const usable = missing.length === 0;
  const outlook = usable ? ((await provider.outlook?.().catch(() => [])) ?? []) : [];
  return {name: provider.name, usable, missing, outlook};
};
