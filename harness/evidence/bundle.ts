import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {withoutSecrets} from '../../vms/secret.ts';
import {failureRecordOf, flattened} from '../report/failure.ts';
import {shellCommand} from '../report/shell-command.ts';
import type {Section} from '../teardown/parse/sections.ts';
import type {FailedCell, Findings} from './evidence.ts';
import {hitBetween, parseCountedRules, ruleSentence} from './firewall-counters.ts';
import {logSince} from './log-time.ts';
import type {Packet} from './packet.ts';
import {readPackets} from './packets.ts';
import type {RecordedCommand} from './recorded-machine.ts';
import {samplePressure, stalledShare} from './pressure.ts';
import {logEntries, timelineText, type TimelineEntry} from './timeline.ts';

/** A daemon that hangs, or gets no processor, keeps nobody waiting for what the workload has said. */
const LOGS_MS = 1000;
/** Packets that are part of the time-line; the capture has all. */
const PACKETS_IN_TIMELINE = 200;

/** Writes what was found into the folder of a failed cell; returns the files, the time-line first. harness/evidence/README.md says what each is. */
export const writeBundle = async (failed: FailedCell, error: unknown, findings: Findings): Promise<string[]> => {
  const {folder, watch} = failed;
  const files: string[] = [];
  const write = async (name: string, content: string | Buffer): Promise<void> => {
    const path = join(folder, name);
    await writeFile(path, content);
    files.push(path);
  };
  await write('failure.json', json(await summaryOf(failed, error, findings)));
  await write('manifest.json', json(failed.manifest));
  await write('commands.txt', commandsText(watch.commands, watch.startedAt));
  const packets = findings.capture && readPackets(findings.capture.pcap, findings.capture.interfaces);
  if (findings.capture !== undefined && packets !== undefined) {
    await write('packets.pcap', findings.capture.pcap);
    await write('packets.txt', packets.map((packet) => `${packetText(packet)}\n`).join(''));
  }
  const logs = await collectLogs(failed);
  files.push(...logs.files);
  if (findings.state !== undefined) {
    await mkdir(join(folder, 'state'), {recursive: true});
    for (const [name, section] of findings.state.sections) {
      await write(join('state', fileName(name, section)), sectionText(section));
    }
  }
  const entries = [
    ...stepEntries(failed),
    ...commandEntries(watch.commands),
    ...(packets ?? [])
      .slice(0, PACKETS_IN_TIMELINE)
      .map((packet) => ({atMs: packet.atMs, source: 'packet', text: packetText(packet)})),
    ...logs.entries,
  ];
  const timeline = join(folder, 'timeline.txt');
  await writeFile(timeline, timelineText(entries, watch.startedAt));
  return [timeline, ...files];
};

const summaryOf = async (
  failed: FailedCell,
  error: unknown,
  {calibration, cause, capture, state, tookMs, problems}: Findings,
) => {
  const {evidence: _evidence, ...failure} = failureRecordOf(flattened(error)[0]);
  const now = await samplePressure();
  const {pressure} = failed.watch;
  const hits =
    capture === undefined || state === undefined
      ? undefined
      : hitBetween(parseCountedRules(capture.iptablesBefore), state.iptables).map(
          (rule) => `${rule.packets} packets: ${ruleSentence(rule)}`,
        );
  return {
    cell: failed.cell.name,
    failure,
    reported: failureRecordOf(flattened(failed.error)[0]).sentence,
    causeFound: cause !== undefined,
    ...(calibration && {calibration}),
    // Part of the time since the cell began in which some process of the host waited.
    hostStalled: Object.fromEntries(
      (['cpu', 'io', 'memory'] as const).map((resource) => [resource, stalledShare(pressure, now, resource)]),
    ),
    ...(hits && {firewallHits: hits}),
    reach: failed.reach,
    tookMs,
    problems,
  };
};

interface Logs {
  readonly files: readonly string[];
  readonly entries: readonly TimelineEntry[];
}

/** What the machine keeps of itself, cut to the time of the cell, and what the workload has said. */
const collectLogs = async ({watch, running, folder}: FailedCell): Promise<Logs> => {
  const candidates = [...(await watch.machine.evidence(folder).catch(() => []))];
  if (running !== undefined) {
    const timeoutMs = LOGS_MS * watch.machine.traits.slowness;
    const said = await Promise.race([
      running.logs().catch((error: Error) => `Can't be read: ${error.message}\n`),
      setTimeout(timeoutMs, `Can't be read within ${timeoutMs} ms\n`, {ref: false}),
    ]);
    const path = join(folder, 'workload.log');
    await writeFile(path, said);
    candidates.push(path);
  }
  const files: string[] = [];
  const entries: TimelineEntry[] = [];
  for (const file of candidates) {
    if (!file.endsWith('.log')) {
      files.push(file);
      continue;
    }
    const text = await readFile(file, 'utf8');
    const recent = logSince(text, watch.startedAt);
    if (recent.trim() === '') {
      await rm(file);
      continue;
    }
    files.push(file);
    if (recent !== text) {
      await writeFile(file, recent);
    }
    entries.push(...logEntries(basename(file, '.log'), recent, watch.startedAt));
  }
  return {files, entries};
};

const stepEntries = ({steps, runStartedAt}: FailedCell): TimelineEntry[] =>
  steps.flatMap(({title, startedMs, durationMs, status}) => [
    {atMs: runStartedAt + startedMs, source: 'step', text: `begins: ${title}`},
    {atMs: runStartedAt + startedMs + durationMs, source: 'step', text: `${status}: ${title}`},
  ]);

const commandEntries = (commands: readonly RecordedCommand[]): TimelineEntry[] =>
  commands.map(({argv, startedAt, durationMs, outcome, said}) => ({
    atMs: startedAt,
    source: 'command',
    text: `${shortCommand(argv)} -> ${outcome}${durationMs === undefined ? '' : ` after ${durationMs.toFixed(0)} ms`}${outcome !== 'exit code 0' && said ? `, ${said}` : ''}`,
  }));

/** Scripts that are arguments have lines, and are long. */
const shortCommand = (argv: readonly string[]): string => {
  const line = shellCommand(argv);
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
};

const commandsText = (commands: readonly RecordedCommand[], since: number): string =>
  [
    '# seconds since the cell began, milliseconds it took, how it ended, the command',
    ...commands.map(({argv, startedAt, durationMs, outcome}) =>
      [((startedAt - since) / 1000).toFixed(3), durationMs?.toFixed(0) ?? '-', outcome, shellCommand(argv)].join('\t'),
    ),
    '',
  ].join('\n');

const packetText = ({link, direction, text}: Packet): string => `${link} ${direction}: ${text}`;

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const fileName = (name: string, {records, problem}: Section): string => {
  const stem = name.replaceAll(/[^\w.-]+/g, '-');
  return problem === '' && /^\s*[[{]/.test(records[0]?.[0] ?? '') && records.length === 1
    ? `${stem}.json`
    : `${stem}.txt`;
};

const sectionText = ({problem, records}: Section): string => {
  const text = records.map((fields) => fields.join('\t')).join('\n');
  return `${problem === '' ? '' : `# ${problem}\n`}${withoutSecrets(text)}${text.endsWith('\n') ? '' : '\n'}`;
};
