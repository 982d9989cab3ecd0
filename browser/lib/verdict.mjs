// Fails a test with all that is wrong, each thing once.

import assert from "node:assert/strict";

/** Collects mistakes by page, and tells them by mistake: most stand on every page or on one. */
export class Mistakes {
  #pages = new Map();

  /** Notes what is wrong with a page. */
  add(page, lines) {
    for (const line of lines) {
      this.#pages.set(line, [...(this.#pages.get(line) ?? []), page]);
    }
  }

  /** Fails if there are any. */
  none() {
    const lines = [...this.#pages].map(([line, pages]) => {
      const more = pages.length > 3 ? ` and ${pages.length - 3} more` : "";
      return `${line}\n    on ${pages.slice(0, 3).join(", ")}${more}`;
    });
    if (lines.length > 0) assert.fail(`${lines.length} mistakes:\n\n${lines.join("\n")}\n`);
  }
}
