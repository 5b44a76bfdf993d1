import {stripVTControlCharacters} from 'node:util';

/** One event of `vagrant --machine-readable`: https://developer.hashicorp.com/vagrant/docs/cli/machine-readable */
export interface VagrantEvent {
  /** Name of the machine it is about; empty when it is about none. */
  readonly target: string;
  readonly type: string;
  readonly data: readonly string[];
}

/** Reads events. Lines that are none, such as the backtrace of a plugin, are left out. */
export const parseVagrantEvents = (text: string): readonly VagrantEvent[] =>
  stripVTControlCharacters(text)
    // A progress bar ends with a carriage return, and what follows is on the same line.
    .split(/[\r\n]/u)
    .flatMap((line) => {
      const [time = '', target, type, ...data] = line.split(',');
      if (!/^\d{9,}$/u.test(time) || target === undefined || type === undefined) return [];
      return [{target, type, data: data.map(unescapeData)}];
    });

/** What Vagrant ended with, as one sentence; `undefined` when it has told of no error. */
export const vagrantError = (events: readonly VagrantEvent[]): string | undefined => {
  const message = events.findLast(({type}) => type === 'error-exit')?.data[1];
  return message?.trim().replaceAll(/\s+/gu, ' ').slice(0, 700);
};

/** What a backtrace of Ruby says, without where and of what class; `undefined` where there is none. An error a plugin does not expect comes so. */
export const backtraceError = (stderr: string): string | undefined =>
  /^\S+\.rb:\d+:in [`'][^']*': (.+?)(?: \([\w:]+\))?$/mu.exec(stderr)?.[1]?.slice(0, 700);

/** The text of `vagrant ssh-config`; `undefined` when it has printed none. */
export const sshConfigText = (events: readonly VagrantEvent[]): string | undefined =>
  events.find(({type}) => type === 'ssh-config')?.data[0];

const unescapeData = (text: string): string =>
  text
    .replaceAll('%!(VAGRANT_COMMA)', ',')
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll(String.raw`\r`, '\r');
