import {readFile} from 'node:fs/promises';
import {MachineError} from '../../vms/errors.ts';
import {understood} from '../../vms/machine-output.ts';
import type {Machine} from '../../vms/machine.ts';
import {parseContainerd, parseRunc} from './parse/containerd.ts';
import {parseDocker} from './parse/docker.ts';
import {
  parseCgroups,
  parseFileContents,
  parseFiles,
  parseMountOptions,
  parseMounts,
  parseSysctls,
} from './parse/files.ts';
import {parseFirewall} from './parse/firewall.ts';
import {parseHeldNamespaces, parseNamedNamespaces} from './parse/namespaces.ts';
import {parseLinks, parseNeighbour, parseRoutes} from './parse/network.ts';
import {parseProcesses, parseProcessRecords, parseSockets} from './parse/processes.ts';
import {parseSections} from './parse/sections.ts';
import {numberDuplicates} from './thing.ts';
import type {Inventory} from './thing.ts';

/**
 * Lists what a machine holds, with one command in it. A daemon or tool that does not answer within ten seconds (times the
 * machine's `slowness`) does not fail it: its sections are in `unread`. Throws {@link MachineError} when the script itself can't run.
 *
 * Let containerd collect its garbage before the first one (`ctr leases delete --sync`), or what an import no longer needs will be
 * reported as gone.
 */
export const takeInventory = async (machine: Machine, {signal}: {readonly signal: AbortSignal}): Promise<Inventory> => {
  const seconds = Math.ceil(10 * machine.traits.slowness);
  const argv = ['perl', '-', String(seconds)];
  const result = await machine.exec(argv, {input: await inventoryScript(), timeoutMs: 3 * seconds * 1000, signal});
  if (result.exitCode !== 0) {
    throw new MachineError(
      `Cannot take the inventory of "${machine.reference.id}": ${result.stderr.trim().slice(-600)}`,
      {
        command: argv,
        expected: 'exit code 0',
        seen: `exit code ${result.exitCode}`,
      },
    );
  }
  return parseInventory(result.stdout);
};

/** Reads what the inventory script printed. Throws {@link MachineError} when a program of the machine printed something else than it should. */
export const parseInventory = (output: string): Inventory =>
  understood('the inventory of a machine', () => inventoryOf(output));

const inventoryOf = (output: string): Inventory => {
  const sections = parseSections(output);
  const processes = parseProcessRecords(sections);
  const things = numberDuplicates([
    ...parseProcesses(processes),
    ...parseSockets(sections, processes),
    ...parseNamedNamespaces(sections),
    ...parseHeldNamespaces(sections, processes),
    ...parseMounts(sections),
    ...parseMountOptions(sections),
    ...parseCgroups(sections),
    ...parseLinks(sections),
    ...parseRoutes(sections),
    ...parseNeighbour(sections),
    ...parseFirewall(sections),
    ...parseDocker(sections),
    ...parseContainerd(sections),
    ...parseRunc(sections),
    ...parseFiles(sections),
    ...parseFileContents(sections),
    ...parseSysctls(sections),
  ]);
  return {
    things,
    unread: new Map([...sections].filter(([, {problem}]) => problem).map(([name, {problem}]) => [name, problem])),
  };
};

const PARTS = ['output', 'commands', 'processes', 'files', 'daemons'];

/** The script's text, from its parts. */
export const inventoryScript = async (): Promise<string> => {
  const parts = await Promise.all(PARTS.map((part) => readFile(new URL(`guest/${part}.pl`, import.meta.url), 'utf8')));
  return parts.join('\n');
};
