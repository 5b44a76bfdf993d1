import {expect, test} from 'vitest';
import {measurementHead, measurementRow} from './measurement-table.ts';

test('a row has a cell for each column, and none for what can not be done', () => {
  const row = measurementRow({
    provider: 'sandbox',
    acceleration: 'none',
    coldStartMs: 704.2,
    warmStartMs: 61_000,
    restoreMs: undefined,
    commandMs: 12.34,
    memoryBytes: 123_456_789,
    teardownMs: 90,
  });
  expect(row).toBe("| `sandbox` | the host's | 0.70 s | 1 min 01 s | – | 12.3 ms | 123 MB | 0.09 s |");
  expect(measurementHead().map((line) => line.split('|').length)).toEqual(
    [row, row].map((line) => line.split('|').length),
  );
});
