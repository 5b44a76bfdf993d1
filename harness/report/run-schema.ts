import {z} from 'zod';
import {RUN_SCHEMA_VERSION, runRecord} from './run-record.ts';

/**
 * The JSON Schema (draft 2020-12) of `run.json`, as it stands in `run.schema.json` for readers in other languages.
 * Keys that it does not name are allowed: a later version may add some without raising `schemaVersion`.
 */
export function runJsonSchema(): z.core.JSONSchema.BaseSchema {
  return {
    ...z.toJSONSchema(runRecord, {target: 'draft-2020-12', io: 'input'}),
    title: 'A run of plumbline',
    description: `Content of run.json, schemaVersion ${RUN_SCHEMA_VERSION}. Times are in milliseconds.`,
  };
}
