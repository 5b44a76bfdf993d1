import {createLogUpdate} from 'log-update';
import {writeLines} from './whole-lines.ts';

/** The lines at the bottom of a terminal that change while everything above them stays. */
export interface LiveRegion {
  /** Puts lines above the region for good. */
  keep(lines: readonly string[]): void;
  /** Replaces what the region shows. */
  show(lines: readonly string[]): void;
  /** Empties the region and gives the cursor back. */
  end(): void;
}

/** A region on a terminal. */
export function createLiveRegion(stream: NodeJS.WritableStream): LiveRegion {
  const update = createLogUpdate(stream);
  let shown = false;
  const clear = (): void => {
    if (shown) update.clear();
    shown = false;
  };
  return {
    keep(lines) {
      clear();
      // Not `update.persist`: it breaks lines at the width, and a broken command can't be copied.
      writeLines(stream, lines);
    },
    show(lines) {
      if (lines.length === 0) {
        clear();
        return;
      }
      update(lines.join('\n'));
      shown = true;
    },
    end() {
      clear();
      update.done();
    },
  };
}
