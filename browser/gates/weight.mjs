// What our own looks and scripts weigh, as they are served, and that nothing else was brought along.

import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";

import { files, folder } from "../lib/site.mjs";

/** Bytes, not compressed. */
const MOST = 60_000;

test("our scripts and styles weigh less than 60 kB together", () => {
  const own = [...files(".css"), ...files(".js")].filter((path) => path.startsWith("theme/"));
  const sizes = own.map((path) => [path, statSync(join(folder(), path)).size]);
  const sum = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(sizes.map(([path, size]) => `${size} ${path}`).join("\n"));
  assert.ok(own.length >= 2, "there are none: has their folder moved?");
  assert.ok(sum < MOST, `${sum} bytes`);
});

test("every other script and style is mdBook's", () => {
  const known =
    /^(book|clipboard|elasticlunr|highlight|mark|searcher|searchindex|toc|ayu-highlight|tomorrow-night)(-[0-9a-f]+)?(\.min)?\.(js|css)$|^css\/|^fonts\/fonts|^theme\//;
  assert.deepEqual([...files(".css"), ...files(".js")].filter((path) => !known.test(path)), []);
});
