// Constant text; path and mode come as arguments. The folders get the usual mode, the file its own before anyone else can read it.
const SCRIPT = 'umask 022; case $1 in */*) mkdir -p "${1%/*}";; esac && umask 077 && cat >"$1" && chmod "$2" "$1"';

/** The command of a machine that writes its standard input to the file `path`, making its folder. */
export const putArgv = (path: string, mode: number): readonly string[] => [
  'sh',
  '-c',
  SCRIPT,
  'put',
  path,
  mode.toString(8),
];
