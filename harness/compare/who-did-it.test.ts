import {expect, test} from 'vitest';
import {plainPaint} from '../report/terminal/paint.ts';
import {exampleLoadedRun} from './example-runs.ts';
import {whoDidIt} from './who-did-it.ts';
import {whoDidItLines} from './who-did-it-lines.ts';

const run = exampleLoadedRun([
  {
    level: 'docker',
    network: 'published',
    facts: {'process.seccomp.mode': 'filter', 'oci.hostname': '{id}', 'process.cwd': '/'},
  },
  {level: 'ctr', network: 'isolated', facts: {'process.seccomp.mode': 'isolated is not looked at'}},
  {
    level: 'ctr',
    network: 'netns',
    facts: {'process.seccomp.mode': 'disabled', 'process.noNewPrivileges': true, 'process.cwd': '/'},
  },
  {
    level: 'runc',
    network: 'netns',
    facts: {
      'process.seccomp.mode': 'disabled',
      'process.noNewPrivileges': true,
      'process.cwd': '/',
      'oci.hostname': 'runc',
    },
  },
]);

test('names who did it', () => {
  const [comparison] = whoDidIt(run);
  expect(comparison?.rows.map(({fact, doer}) => [fact, doer])).toEqual([
    ['oci.hostname', 'docker and runc'],
    ['process.noNewPrivileges', 'ctr and runc'],
    ['process.seccomp.mode', 'docker'],
  ]);
  expect(comparison?.cells).toEqual({docker: 'published', ctr: 'netns', runc: 'netns'});
});

test('of a level that was not run nothing is said', () => {
  const {observations, ...rest} = run;
  const two = {...rest, observations: new Map([...observations].filter(([, {level}]) => level !== 'docker'))};
  expect(whoDidIt(two)[0]?.rows.map(({fact, doer}) => [fact, doer])).toEqual([['oci.hostname', 'runc']]);
});

test('what is the same everywhere can be asked for', () => {
  expect(whoDidIt(run, {all: true})[0]?.rows.find(({fact}) => fact === 'process.cwd')?.doer).toBe('all levels');
});

test('answers what people ask, with facts on demand', () => {
  const lines = whoDidItLines(whoDidIt(run), plainPaint, false);
  expect(lines.find((line) => line.startsWith('can gain privileges'))).toMatch(/yes +no +no/);
  expect(lines.join('\n')).toContain('3 facts are not the same at all levels');
  expect(whoDidItLines(whoDidIt(run), plainPaint, true).join('\n')).toContain('process.seccomp.mode');
});

test('one level alone is not compared', () => {
  expect(whoDidIt(exampleLoadedRun([{level: 'runc'}]))).toEqual([]);
});
