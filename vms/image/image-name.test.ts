import {expect, test} from 'vitest';
import {parseImageName} from './image-name.ts';

test.for([
  ['docker.io/library/nginx:latest', {registry: 'docker.io', repository: 'library/nginx', tag: 'latest'}],
  [
    'registry.example.org:5000/a/b/c-d:1.2_3',
    {registry: 'registry.example.org:5000', repository: 'a/b/c-d', tag: '1.2_3'},
  ],
] as const)('takes %s apart', ([name, parts]) => {
  expect(parseImageName(name)).toEqual(parts);
});

test.for([
  'nginx',
  'library/nginx:latest',
  'docker.io/library/nginx',
  'docker.io/library/../x:latest',
  'docker.io/Library/x:1',
])('refuses %s', (name) => {
  expect(() => parseImageName(name)).toThrow(`Cannot use image "${name}": its name has to be full`);
});
