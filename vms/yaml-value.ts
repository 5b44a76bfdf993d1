import {parseDocument} from 'yaml';

/** What a YAML document says, or why it can't be read. */
export type YamlValue =
  | {readonly value: unknown; readonly problem?: undefined}
  | {readonly problem: string; readonly cause: unknown};

/** Reads a YAML document that a person wrote; `problem` is one line that names the place. */
export const yamlValue = (text: string): YamlValue => {
  try {
    const document = parseDocument(text);
    const [error] = document.errors;
    // An alias without its anchor, or one too many of them, is found only here.
    return error === undefined ? {value: document.toJS() as unknown} : problemOf(error);
  } catch (error) {
    return problemOf(error);
  }
};

const problemOf = (error: unknown): YamlValue => {
  const message = error instanceof Error ? error.message : String(error);
  return {problem: (message.split('\n')[0] ?? '').replace(/:$/u, ''), cause: error};
};
