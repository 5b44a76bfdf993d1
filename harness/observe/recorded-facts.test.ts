import {expect, test} from 'vitest';
import {RecordedFacts, type RecordedPath} from './recorded-facts.ts';

test('what no two runs share is replaced', () => {
  const recorded = new RecordedFacts();
  recorded.record('surface.docker.save', [`blobs/sha256/${'a1'.repeat(32)}`, 'index.json']);
  recorded.record('lifecycle.exec.missing', 127);
  recorded.tally('resources.oom.flagged', 1, 12);
  expect(recorded.facts).toEqual({
    'surface.docker.save': ['blobs/sha256/{id}', 'index.json'],
    'lifecycle.exec.missing': 127,
  });
  expect(recorded.rates).toEqual({'resources.oom.flagged': {hits: 1, of: 12}});
});

test('a fact has one value', () => {
  const recorded = new RecordedFacts();
  recorded.record('limits.nofile', 1024);
  expect(() => recorded.record('limits.nofile', 1024)).toThrow('Cannot record "limits.nofile" twice');
  expect(() => recorded.tally('limits.nofile', 1, 2)).toThrow('twice');
  recorded.tally('limits.kept', 1, 2);
  expect(() => recorded.record('limits.kept', 1)).toThrow('twice');
});

test('rates of one path are added up', () => {
  const recorded = new RecordedFacts();
  recorded.tally('limits.kept', 1, 2);
  recorded.tally('limits.kept', 2, 3);
  expect(recorded.rates).toEqual({'limits.kept': {hits: 3, of: 5}});
});

test.each(['process.umask', 'limits', 'limits.'])('"%s" is no path of a recorded fact', (path) => {
  expect(() => new RecordedFacts().record(path as RecordedPath, 1)).toThrow(
    'has to begin with one of reachability, isolation, limits, lifecycle, surface, resources and a dot',
  );
});

test.each([
  [3, 2],
  [0, 0],
  [-1, 2],
  [0.5, 1],
])('a rate is a proportion, and %d of %d is none', (hits, of) => {
  expect(() => new RecordedFacts().tally('limits.nofile', hits, of)).toThrow(`${hits} of ${of} is no proportion`);
});
