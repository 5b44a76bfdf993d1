import type {Facts, FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {problemOf, wholeText} from './reading.ts';
import {seccompFacts} from './oci-seccomp.ts';
import {shownValue} from '../../vms/secret.ts';

/** The specification that the OCI runtime was really handed, at every level. https://github.com/opencontainers/runtime-spec */
export const ociSpec: Observer = {
  name: 'oci spec',
  families: [
    {
      path: 'oci.*',
      meaning: 'the specification that the OCI runtime was handed',
      source: '`config.json` of the bundle',
    },
    {
      path: 'oci.linux.seccomp.syscalls.*',
      meaning: 'the system calls with this action, each with the condition on its arguments',
      source: '`linux.seccomp.syscalls` of `config.json`',
    },
  ],
  observe: (reading) => {
    const problem = problemOf(reading, 'config');
    if (problem !== undefined) {
      return {'oci.unread': problem};
    }
    const facts = specFacts(JSON.parse(wholeText(reading, 'config')));
    return Object.fromEntries(
      Object.entries(facts).map(([path, value]) => [
        reading.normalise(path),
        typeof value === 'string'
          ? reading.normalise(value)
          : Array.isArray(value)
            ? withoutRepeats(
                path,
                value.map((item: string) => reading.normalise(item)),
              )
            : value,
      ]),
    );
  },
};

/** A path of each processor is one for all of them. */
const withoutRepeats = (path: string, items: readonly string[]): readonly string[] =>
  /\.(masked|readonly)Paths$/.test(path) ? [...new Set(items)] : items;

type Json = null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json};

/** Flattens a specification: lists of objects get the name of their item (mount point, type, path) as path. */
export const specFacts = (spec: unknown): Facts => {
  const facts: Record<string, FactValue> = {};
  flatten('oci', spec as Json, facts);
  return facts;
};

const flatten = (path: string, value: Json, facts: Record<string, FactValue>): void => {
  if (path === 'oci.linux.seccomp') {
    Object.assign(facts, seccompFacts(path, value));
  } else if (Array.isArray(value)) {
    flattenList(path, value as readonly Json[], facts);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      flatten(`${path}.${key}`, child, facts);
    }
  } else {
    facts[path] = value as FactValue;
  }
};

const flattenList = (path: string, items: readonly Json[], facts: Record<string, FactValue>): void => {
  if (path === 'oci.process.env') {
    for (const item of items) {
      const [name = '', ...rest] = (item as string).split('=');
      facts[`${path}.${name}`] = shownValue(name, rest.join('='));
    }
    return;
  }
  const named = items.map((item) => nameOf(path, item));
  if (named.every((name) => name !== undefined) && new Set(named).size === named.length && items.length > 0) {
    for (const [index, item] of items.entries()) {
      const {destination: _d, path: _p, ...rest} = item as Record<string, Json>;
      const isOnlyName = Object.keys(rest).every((key) => key === 'type') && !path.endsWith('mounts');
      if (isOnlyName) {
        facts[`${path}.${named[index]}`] = true;
      }
      flatten(`${path}.${named[index]}`, withoutName(path, item as Record<string, Json>), facts);
    }
    return;
  }
  const texts = items.map((item) => (typeof item === 'string' ? item : sentenceOf(item)));
  facts[path] = SETS.test(path) ? texts.toSorted() : path === DEVICE_RULES ? inAnyOrder(texts) : texts;
};

const DEVICE_RULES = 'oci.linux.resources.devices';

/** Sorts device rules that allow one thing after the other once everything was denied: which of them comes first means nothing. */
const inAnyOrder = ([first = '', ...rest]: readonly string[]): readonly string[] =>
  /^access=rwm allow=false$/.test(first) && rest.every((rule) => rule.includes('allow=true'))
    ? [first, ...rest.toSorted()]
    : [first, ...rest].filter((rule) => rule !== '');

/** Lists in which the order means nothing. */
const SETS = /\.(capabilities\.\w+|maskedPaths|readonlyPaths|additionalGids|options|architectures|flags)$/;

const NAMES: readonly (readonly [list: RegExp, key: string])[] = [
  [/\.mounts$/, 'destination'],
  [/\.rlimits$/, 'type'],
  [/\.linux\.namespaces$/, 'type'],
  [/\.linux\.devices$/, 'path'],
];

const keyFor = (path: string): string | undefined => NAMES.find(([list]) => list.test(path))?.[1];

const nameOf = (path: string, item: Json): string | undefined => {
  const key = keyFor(path);
  return key !== undefined && typeof item === 'object' && item !== null && key in item
    ? ((item as Record<string, Json>)[key] as string)
    : undefined;
};

const withoutName = (path: string, item: Record<string, Json>): Json =>
  Object.fromEntries(Object.entries(item).filter(([key]) => key !== keyFor(path)));

/** One line for an item of a list that has no name of its own, such as a device rule or a hook; in which order its keys come means nothing. */
const sentenceOf = (item: Json): string =>
  typeof item === 'object' && item !== null && !Array.isArray(item)
    ? Object.entries(item)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' ')
    : JSON.stringify(item);
