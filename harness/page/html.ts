import {plainText} from '../../vms/plain-text.ts';

/** A piece of HTML. Only {@link html} makes one, so that whatever came from outside was escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a template: text is escaped, `undefined` and `false` are nothing. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

/** A template whose values are escaped, for elements and for quoted attributes; not for scripts, styles and addresses of links. */
export const html = (parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  new Html(parts.map((part, index) => `${part}${index < values.length ? textOf(values[index]) : ''}`).join(''));

const textOf = (value: HtmlValue): string => {
  if (value instanceof Html) {
    return value.text;
  }
  if (typeof value === 'string' || typeof value === 'number') {
    return escapeHtml(String(value));
  }
  return value === undefined || value === false ? '' : value.map((one) => textOf(one)).join('');
};

/** Text as HTML, safe in elements and in quoted attributes; without what would not show, or would turn the direction of writing. */
export const escapeHtml = (text: string): string =>
  plainText(text).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
