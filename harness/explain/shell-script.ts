import {dirname} from 'node:path';
import {shellCommand} from '../report/shell-command.ts';
import {perlEdit} from './json-edit.ts';
import type {Note, VariableName} from './note.ts';
import {PLACEHOLDERS} from './paper-answers.ts';

/** Notes as commands of a POSIX shell, each with a title above it, for a person to paste or for `sh -eu` to run. */
export const shellScript = (notes: readonly Note[]): string => {
  const lines: string[] = [];
  let title: string | undefined;
  for (const note of titlesFirst(notes)) {
    if (note.kind === 'title') {
      title = note.title;
      continue;
    }
    const noted = linesOf(note);
    if (title !== undefined) {
      // A command that is its own title says so itself.
      lines.push('', ...(title === '' || title === noted[0] ? [] : comment(title)));
      title = undefined;
    }
    lines.push(...noted);
  }
  return `${lines.join('\n').trim()}\n`;
};

/** What goes on in the background is started just before the step that waits for it, and belongs to it. */
const titlesFirst = (notes: readonly Note[]): readonly Note[] =>
  notes.flatMap((note, index) => {
    const [before, after] = [notes[index - 1], notes[index + 1]];
    if (note.kind === 'title' && note.title !== '' && before?.kind === 'background') {
      return [note, before];
    }
    return note.kind === 'background' && after?.kind === 'title' && after.title !== '' ? [] : [note];
  });

const comment = (text: string): string[] => text.split(/\p{Cc}+/v).map((line) => `# ${line}`);

const linesOf = (note: Exclude<Note, {kind: 'title'}>): readonly string[] => {
  switch (note.kind) {
    case 'command':
      return commandLines(note);
    case 'background':
      return [
        ...(note.log === undefined ? [] : [words(['mkdir', '-p', dirname(note.log)])]),
        `${words(note.argv)}${note.log === undefined ? '' : ` >${words([note.log])} 2>&1`} &`,
      ];
    case 'wait':
      // Without an operand it waits for all: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/wait.html
      return [note.isAlone ? 'wait || true' : 'wait "$!" || true'];
    case 'binding':
      return [bindingLine(note)];
    case 'file':
      return fileLines(note);
    case 'edit':
      return [editCommand(note)];
    case 'probe':
      return probeLines(note);
    case 'remark':
      return comment(note.text);
  }
};

const commandLines = ({argv, outcome, input, env = {}}: Extract<Note, {kind: 'command'}>): string[] => {
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${words([value])} `);
  const [redirection, ...text] = input === undefined ? [] : hereDocument(input).split('\n');
  const command = `${assignments.join('')}${words(argv)}${redirection === undefined ? '' : ` ${redirection}`}`;
  const judged = {success: command, failure: mustFail(command, 'it succeeds, and must not'), any: `${command} || true`};
  return [judged[outcome], ...text];
};

/** `sh -e` does not end at a command that `!` stands before, and a shell that somebody pastes into must not end at all. */
const mustFail = (command: string, complaint: string): string =>
  `if ${command}; then echo '${complaint}' >&2; false; fi`;

const fileLines = ({path, content, mode}: Extract<Note, {kind: 'file'}>): string[] => [
  words(['mkdir', '-p', dirname(path)]),
  content === '' ? `: >${words([path])}` : `cat >${words([path])} ${hereDocument(content)}`,
  ...(mode === 0o644 ? [] : [words(['chmod', mode.toString(8), path])]),
];

/** The text as it stands. It ends with a line of its own, of which the text has none. */
const hereDocument = (text: string): string => {
  let end = 'END';
  while (text.split('\n').includes(end)) {
    end += '_';
  }
  return `<<'${end}'\n${text.replace(/\n$/, '')}\n${end}`;
};

const bindingLine = ({variable, argv, filter, untilSaid}: Extract<Note, {kind: 'binding'}>): string => {
  const pipe = filter === undefined ? '' : ` | ${shellCommand(filter)}`;
  const said = `${variable}=$(${words(argv)}${untilSaid ? ' 2>/dev/null' : ''}${pipe})`;
  return untilSaid ? `until ${said}; [ -n "$${variable}" ]; do sleep 0.1; done` : said;
};

const editCommand = ({path, before, after}: Extract<Note, {kind: 'edit'}>): string => {
  const program = [
    '',
    'my $spec = decode_json($_);',
    ...perlEdit(before, after),
    '$_ = JSON::PP->new->pretty->canonical->encode($spec);',
    '',
  ];
  // Line feeds stand in quotes: the program is for people to read.
  const quoted = program.map((line) => `  ${line}`.trimEnd().replaceAll("'", String.raw`'\''`)).join('\n');
  return `perl -MJSON::PP -0777 -i -pe '${quoted}' ${words([path])}`;
};

const CURL = ['curl', '--silent', '--show-error', '--max-time', '2'];

const probeLines = ({from, enter, url, expected, contains}: Extract<Note, {kind: 'probe'}>): string[] => {
  if (enter === undefined) {
    return [`# on another host that has a route through this machine (${expected}): curl ${words([url])}`];
  }
  const place = words([`from ${from}: ${expected} ${url}`]);
  switch (expected) {
    case 'answers':
      return [
        `${words([...enter, ...CURL, '--retry', '10', '--retry-delay', '1', '--retry-connrefused', url])} | grep --fixed-strings ${words([contains])}`,
        `echo ${place}`,
      ];
    case 'silent':
      return [mustFail(words([...enter, ...CURL, url]), 'it answers, and must not'), `echo ${place}`];
    case 'either':
      return [`${words([...enter, ...CURL, '--output', '/dev/null', url])} || echo 'no answer, which is as good'`];
  }
};

/** As {@link shellCommand}, with variables where the machine's own answers belong. */
const words = (argv: readonly string[]): string =>
  argv
    .map((word) => {
      const names = VARIABLES.filter((name) => word.includes(PLACEHOLDERS[name]));
      if (names.length === 0) {
        return ofSeveralLines(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : shellCommand([word]);
      }
      const escaped = word.replaceAll(/["$\\`]/g, String.raw`\$&`);
      return `"${names.reduce((text, name) => text.replaceAll(PLACEHOLDERS[name], `$${name}`), escaped)}"`;
    })
    .join(' ');

/** A script in a word stays one: not every sh(1) reads the escapes in which a terminal is shown a line feed. */
const ofSeveralLines = (word: string): boolean => word.includes('\n') && !/(?!\n)[\p{Cc}\p{Cf}]/v.test(word);

const VARIABLES = Object.keys(PLACEHOLDERS) as VariableName[];
