/** What stands in reports in the place of a secret. */
export const REDACTED = '<redacted>';

/**
 * The value of a variable of an environment as a report may show it: reports are attached to tickets and published by CI, and a
 * workload may be given real credentials. The name decides, as with what GitHub and others mask in logs.
 */
export const shownValue = (name: string, value: string): string =>
  SECRET.test(name) && value !== '' ? REDACTED : value;

const SECRET =
  /(?:^|_)(?:AUTH|CREDENTIALS?|DSN|KEY|PASS|PASSPHRASE|PASSWD|PASSWORD|PAT|SECRET|TOKEN)S?(?:_|$)|_PWD$|(?:key|password|secret|token)$/i;

/** A command line as a report may show it: arguments such as `NAME=value` and `--env=NAME=value` lose a secret value. */
export const shownArguments = (argv: readonly string[]): readonly string[] =>
  argv.map((argument) => argument.replace(ASSIGNMENT, shownAssignment));

/** A text that may quote a command, as a report may show it. To be called before the text is cut: of a secret no part may be left. */
export const withShownArguments = (text: string, argv: readonly string[]): string => {
  const shown = shownArguments(argv);
  const pairs = argv.map((argument, index) => [argument, shown[index] ?? ''] as const);
  return pairs
    .filter(([argument, safe]) => argument !== safe)
    .reduce((rest, [argument, safe]) => rest.replaceAll(argument, () => safe), text);
};

/** A command line as a sentence may quote it: cut where it is long, and only after its secrets are gone, of which no part may be left. */
export const shownCommand = (argv: readonly string[]): string => {
  const text = shownArguments(argv).join(' ');
  return text.length > LONGEST_COMMAND ? `${text.slice(0, LONGEST_COMMAND)}…` : text;
};

const LONGEST_COMMAND = 500;

const ASSIGNMENT = /^((?:--?[\w\-]+=)?)([A-Za-z_]\w*)=(.*)$/sv;

/** A JSON document, or several, as a report may show it: strings of the form `NAME=value` lose a secret value. */
export const withoutSecrets = (text: string): string => text.replaceAll(IN_STRING, shownAssignment);

const IN_STRING = /(")([A-Za-z_]\w*)=((?:\\.|[^"\\])*)/gv;

const shownAssignment = (_: string, before: string, name: string, value: string): string =>
  `${before}${name}=${shownValue(name, value)}`;
