// Questions of somebody who has never seen the protocol, answered from the landing page with a few clicks.

import { test } from "node:test";
import assert from "node:assert/strict";

import { context, watched } from "../lib/browser.mjs";
import { stage } from "../lib/stage.mjs";

const shared = stage();

/** Opens the landing page for a reader; fails if anything went wrong on the way. */
async function reader(look, walk) {
  const room = await context(shared.browser, look);
  const { page, wrong } = await watched(room, shared.site.origin);
  await page.goto(`${shared.site.origin}/index.html`);
  await walk(page);
  assert.deepEqual(wrong, []);
  await room.close();
}

const follow = (page, text) => page.locator("main").getByRole("link", { name: text }).first().click();

test("which arcs run from PRE_COPY to STOP without P2P", () =>
  reader({}, async (page) => {
    await follow(page, "Which arcs does a request take?");
    await page.getByText("A device with pre_copy, without p2p", { exact: true }).click();
    const grid = page.locator("details[open] table.requests");
    const heads = await grid.locator("thead th").allTextContents();
    const row = grid.locator("tbody tr", { has: page.locator("th", { hasText: /^PRE_COPY$/ }) });
    const cell = row.locator("td").nth(heads.indexOf("STOP"));
    assert.equal(await cell.textContent(), "RUNNING");
    await cell.locator("a").click();
    await page.locator(".explorer-answer", { hasText: "PRE_COPY → RUNNING → STOP" }).waitFor();
    const arcs = page.locator(".explorer-arcs tbody tr");
    assert.equal(await arcs.count(), 2);
    assert.match((await arcs.allTextContents()).join(), /pre_copy_to_running.*running_to_stop/s);
  }));

test("whether a device may be touched by MMIO in a state", () =>
  reader({}, async (page) => {
    await follow(page, "May my device be touched here?");
    const grid = page.locator("table.behaviours");
    await grid.waitFor();
    const heads = await grid.locator("thead th").allTextContents();
    const holds = async (name, state) => {
      const row = grid.locator("tbody tr", { has: page.locator("th", { hasText: new RegExp(`^${name}$`) }) });
      return (await row.locator("td").nth(heads.indexOf(state)).textContent()) === "●";
    };
    assert.equal(await holds("answers_mmio", "RUNNING_P2P"), true);
    assert.equal(await holds("answers_mmio", "STOP"), false);
    assert.equal(await holds("may_assume_quiet_mmio", "STOP"), true);
  }));

test("what QEMU does before it stops two devices, and what goes wrong otherwise", () =>
  reader({}, async (page) => {
    await follow(page, "What does QEMU do before it stops two devices?");
    const heading = page.getByRole("heading", { name: "What goes wrong without it" });
    await heading.waitFor();
    assert.ok((await heading.boundingBox()).y < 400, "the answer is on the screen");
    assert.match(await page.locator("main").innerText(), /takes every device to its P2P state in a first pass/);
    await follow(page, "no_barriers");
    const shown = page.locator(".counterexample", { hasText: "no_barriers" });
    assert.match(await shown.first().innerText(), /p2p_is_a_barrier is broken/);
  }));

test("a part of a drawing leads to what it stands for", () =>
  reader({}, async (page) => {
    await page.goto(`${shared.site.origin}/v2/save.html`);
    const drawing = page.locator("svg.sequence").first();
    const leads = async (text) => {
      const href = await drawing.locator("a", { hasText: text }).first().getAttribute("href");
      const [path, id] = new URL(href, page.url()).href.split("#");
      const other = await page.context().newPage();
      await other.goto(path);
      const found = id === undefined || (await other.locator(`[id="${id}"]`).count()) === 1;
      await other.close();
      assert.ok(found, `${text} leads to ${href}`);
      return href;
    };
    assert.equal(await leads("STOP_COPY"), "states.html#v2-state-STOP_COPY");
    assert.equal(await leads("copy_final_memory"), "vmm.html#v2-work-copy_final_memory");
    assert.match(await leads("vCPUs"), /#v2-condition-/);
    assert.match(await leads("request"), /^explorer\.html\?from=.*&to=/);
  }));
