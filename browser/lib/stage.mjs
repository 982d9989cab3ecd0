// What most gates need: the browser and the built site, from before a file's first test to after its last.

import { mkdirSync } from "node:fs";
import { after, before } from "node:test";

import { launch } from "./browser.mjs";
import { PICTURES, serve } from "./site.mjs";

/** Filled before the first test of the file runs: `browser`, and `site` with its origin. */
export function stage() {
  const stage = {};
  before(async () => {
    mkdirSync(PICTURES, { recursive: true });
    [stage.browser, stage.site] = await Promise.all([launch(), serve()]);
  });
  after(async () => {
    await stage.browser?.close();
    stage.site?.close();
  });
  return stage;
}
