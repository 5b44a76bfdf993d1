import type {ScenarioContext} from '../harness/scenario/definition.ts';

/** Where the tool and scenarios put files of their own in a machine. */
const PARENT = '/var/lib/plumbline';

/** Makes a folder of the machine for files of a scenario, for its life; returns its path. */
export const scratchFolder = async (
  {machine, defer}: Pick<ScenarioContext, 'machine' | 'defer'>,
  name: string,
): Promise<string> => {
  const folder = `${PARENT}/${name}`;
  // The bundle of a workload at the runc level may be beside it.
  const remove = 'rm -rf "$1" && rmdir --ignore-fail-on-non-empty "$2"';
  defer(() => machine.succeed(['sh', '-c', remove, 'sh', folder, PARENT]));
  await machine.succeed(['mkdir', '-p', folder]);
  return folder;
};
