import type {Command} from 'commander';

/** Refuses an option of `command` that has a value and is given again: Commander would drop the earlier value and say nothing. */
export const givenOnce = (command: Command): void => {
  for (const option of command.options.filter(({required, variadic}) => required && !variadic)) {
    let given = false;
    command.on(`option:${option.name()}`, () => {
      if (given) {
        command.error(`error: option '${option.flags}' can be given only once`);
      }
      given = true;
    });
  }
};
