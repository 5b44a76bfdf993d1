import {readFileSync} from 'node:fs';
import {html, Html} from './html.ts';

/** What a page is made of. */
export interface Page {
  readonly title: string;
  /** Links to the sections, by their ids. */
  readonly contents?: readonly (readonly [id: string, name: string])[];
  readonly main: Html;
}

/**
 * A page that needs no other file and asks nobody for anything: it runs no script, and its policy lets it load nothing, whatever stands in it.
 */
export const htmlPage = ({title, contents = [], main}: Page): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <p class="brand">${MARK} plumbline</p>
          ${
            contents.length > 0 &&
            html`<nav aria-label="Sections">
              <ul>
                ${contents.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}
              </ul>
            </nav>`
          }
        </header>
        <main id="main">${main}</main>
      </body>
    </html> `.text;

/** A table that scrolls by itself where the screen is too narrow, also with the keyboard. */
export const scrolling = (name: string, table: Html): Html =>
  html`<div class="scroll" role="region" aria-label="${name}" tabindex="0">${table}</div>`;

const STYLE = new Html(readFileSync(new URL('page.css', import.meta.url), 'utf8'));

/** A plumb line. */
const MARK = html`<svg class="mark" viewBox="0 0 16 24" aria-hidden="true">
  <path d="M3 1h10M8 1v12" />
  <path class="bob" d="M4.5 12h7L8 23z" />
</svg>`;
