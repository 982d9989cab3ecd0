// `vfio-spec serve`, with a chapter that is broken and mended: the page says so, keeps the last good
// text, and comes back by itself.

import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";

import { context, launch, watched } from "../lib/browser.mjs";
import { ROOT } from "../lib/site.mjs";

const COMMAND = process.env.VFIO_SPEC ?? join(ROOT, "target/debug/vfio-spec");

let browser;
let copy;
let server;

before(async () => {
  if (!existsSync(COMMAND)) throw new Error(`there is no ${COMMAND}; build it with: cargo build --bin vfio-spec`);
  copy = mkdtempSync(join(tmpdir(), "vfio-book-"));
  for (const part of ["book.toml", "book", "theme", "examples"]) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  }
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.kill("SIGTERM");
  if (copy) rmSync(copy, { recursive: true, force: true });
});

/** Starts the server; resolves to its address. */
async function start() {
  server = spawn(COMMAND, ["serve", "--port", "0"], { cwd: copy, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  server.stderr.on("data", (text) => (said += text));
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /http:\S+/.exec(line);
    if (address) return address[0].replace(/\/$/, "");
  }
  throw new Error(`the server ended: ${said}`);
}

test("a mistake stands on the page until it is mended", { timeout: 90_000 }, async () => {
  const origin = await start();
  const { page, wrong } = await watched(await context(browser), origin);
  await page.goto(`${origin}/v2/states.html`);
  const notice = page.locator("aside[role=status]");
  assert.equal(await notice.count(), 0);

  const chapter = join(copy, "book/v2/states.md");
  const good = readFileSync(chapter, "utf8");
  writeFileSync(chapter, good.replace("| 1 | `STOP` |", "| one | `STOP` |"));
  await notice.waitFor({ timeout: 30_000 });
  const text = await notice.innerText();
  assert.match(text, /v2\/states\.md:\d+:\d+/, "the place");
  assert.match(text, /\| one \|/, "the line");
  assert.match(await page.locator("main").innerText(), /The device is always in exactly one state/, "the last good text");

  // Another page shows it as well.
  await page.goto(`${origin}/index.html`);
  await notice.waitFor();

  await page.goto(`${origin}/v2/states.html`);
  writeFileSync(chapter, good.replace("always in exactly one state", "always in one state of these"));
  await page.getByText("always in one state of these").waitFor({ timeout: 30_000 });
  assert.equal(await notice.count(), 0);
  // Each build closes the socket of the one before.
  assert.deepEqual(wrong.filter((line) => !line.includes("WebSocket")), []);
});
