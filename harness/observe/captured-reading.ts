import {readFile} from 'node:fs/promises';
import type {ObserveContext} from './observer.ts';
import {parseReading, type Reading} from './reading.ts';

const CONTEXTS = {
  'docker-published': {
    level: 'docker',
    network: 'published',
    running: {
      name: 'plumbline-nginx',
      pid: 269,
      bundle:
        '/run/containerd/io.containerd.runtime.v2.task/moby/61afbe7c5eb318ab3f0f308ae83874294c689118ffee4aa9f369dc6dc4896ed0',
      address: '172.17.0.2',
    },
  },
  'runc-netns': {
    level: 'runc',
    network: 'netns',
    running: {name: 'plumbline-nginx', pid: 284, bundle: '/var/lib/plumbline/plumbline-nginx', address: '192.168.10.1'},
  },
} as const;

/** What the guest script printed in a machine of bookworm; `edit` changes the text first. For tests. */
export const capturedReading = async (
  cell: keyof typeof CONTEXTS,
  edit: (text: string) => string = (text) => text,
  more: Partial<Pick<ObserveContext, 'reach' | 'before' | 'running'>> = {},
): Promise<Reading> => {
  const text = await readFile(new URL(`captured/bookworm-${cell}.txt`, import.meta.url), 'utf8');
  return parseReading(edit(text), {...CONTEXTS[cell], reach: [], ...more});
};
