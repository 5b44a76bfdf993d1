import {z} from 'zod';
import type {Facts, FactValue} from './fact.ts';

// https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
const seccomp = z.looseObject({
  syscalls: z
    .array(
      z.looseObject({
        names: z.array(z.string()),
        action: z.string(),
        errnoRet: z.number().optional(),
        args: z
          .array(z.looseObject({index: z.number(), value: z.number(), valueTwo: z.number().optional(), op: z.string()}))
          .optional(),
      }),
    )
    .optional(),
});

/** One list of system calls for each action: how a profile splits them into rules says nothing about what it allows. */
export const seccompFacts = (path: string, value: unknown): Facts => {
  const parsed = seccomp.safeParse(value);
  if (!parsed.success) {
    return {[path]: JSON.stringify(value)};
  }
  const {syscalls = [], ...rest} = parsed.data;
  const facts: Record<string, FactValue> = {};
  for (const [key, setting] of Object.entries(rest)) {
    facts[`${path}.${key}`] = Array.isArray(setting) ? setting.map(String).toSorted() : scalar(setting);
  }
  const byAction = new Map<string, Set<string>>();
  for (const {names, action, errnoRet, args = []} of syscalls) {
    const key = errnoRet === undefined ? action : `${action}(${errnoRet})`;
    const condition = args
      .map(
        ({index, op, value: one, valueTwo}) =>
          `arg${index} ${op.replace('SCMP_CMP_', '')} ${one}${valueTwo ? ` ${valueTwo}` : ''}`,
      )
      .join(' and ');
    const calls = byAction.get(key) ?? new Set();
    byAction.set(key, calls);
    for (const name of names) {
      calls.add(condition === '' ? name : `${name} if ${condition}`);
    }
  }
  for (const [action, calls] of byAction) {
    facts[`${path}.syscalls.${action}`] = [...calls].toSorted();
  }
  return facts;
};

const scalar = (value: unknown): FactValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : JSON.stringify(value);
