// The explorers answer what the command line answers; keys alone are enough; the address holds what is shown;
// nothing in an address breaks the page; without scripts the answers stand there as tables.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { barriers } from "../lib/axe.mjs";
import { DESK, PHONE, context, watched } from "../lib/browser.mjs";
import { overflow } from "../lib/overflow.mjs";
import { PICTURES } from "../lib/site.mjs";
import { stage } from "../lib/stage.mjs";
import { csv, spec } from "../lib/specification.mjs";
import { Mistakes } from "../lib/verdict.mjs";

const shared = stage();

/** Opens an explorer, uses it, and fails if anything went wrong in the page. */
async function explorer(edition, query, use, look = {}) {
  const room = await context(shared.browser, { permissions: ["clipboard-read", "clipboard-write"], ...look });
  const { page, wrong } = await watched(room, shared.site.origin);
  await page.goto(`${shared.site.origin}/${edition}/explorer.html${query}`);
  await use(page);
  await room.close();
  assert.deepEqual(wrong, []);
}

/** An edition, as `vfio-spec gen json` has it. */
async function model(edition) {
  const { out } = await spec("gen", "json");
  return JSON.parse(out).editions.find(({ name }) => name === edition);
}

const words = (page, selector) => page.locator(selector).first().innerText();
const answer = (page) => words(page, ".explorer-answer");

/** Run inside the page: what is shown after each of some changes; null where a choice is not offered. */
function ask(questions) {
  /** Uses a control as its events do. */
  const set = ([control, value]) => {
    const input = document.querySelector(`[data-control="${control}"]`);
    if (input.localName !== "select") {
      if (input.checked !== value) input.click();
      return true;
    }
    if (![...input.options].some((option) => option.value === String(value))) return false;
    if (input.value !== String(value)) {
      input.value = value;
      input.dispatchEvent(new Event("change"));
    }
    return true;
  };
  const texts = (selector, within = document) => [...within.querySelectorAll(selector)].map((it) => it.textContent);
  return questions.map((changes) => {
    if (!changes.every(set)) return null;
    const said = document.querySelector(".explorer-answer p");
    return {
      text: said.textContent,
      refused: said.classList.contains("refused"),
      codes: texts("code", said),
      arcs: texts(".explorer-arcs tbody th code:not(a code)"),
      marked: texts(".node.on-path .name").sort(),
      orders: [...document.querySelectorAll(".explorer-order")].map((order) => texts("li > a:first-child", order)),
    };
  });
}

test("every request gets the answer of `vfio-spec path v2 --all`", async () => {
  const rows = await csv("path", "v2", "--all");
  assert.equal(rows.length, 4 * 8 * 8);
  const v2 = await model("v2");
  const value = (name) => v2.states.states.find((state) => state.name === name).value;
  const flag = (name) => v2.capabilities.find((row) => row.name === name).flag;
  const question = (row, before) => {
    const has = (name) => (row.capabilities & flag(name)) !== 0;
    const asked = [["to", value(row.requested)]];
    if (row.capabilities === before?.capabilities && row.current === before?.current) return asked;
    // Nothing is wanted while the device changes, so that every state of it can be chosen.
    return [["to", ""], ["from", value("RUNNING")], ["device-p2p", has("p2p")], ["device-pre_copy", has("pre_copy")],
      ["from", value(row.current)], ...asked];
  };
  const wrong = new Mistakes();
  await explorer("v2", "", async (page) => {
    let offered = false;
    const answers = await page.evaluate(ask, rows.map((row, n) => question(row, rows[n - 1])));
    for (const [n, row] of rows.entries()) {
      const found = answers[n];
      const say = (line) => wrong.add(`${row.capabilities}: ${row.current} to ${row.requested}`, [line]);
      // The first of a state tells whether it can be chosen at all.
      if (row.current !== rows[n - 1]?.current) offered = found !== null;
      const path = row.path.split(" > ");
      if (!offered) {
        if (row.path !== "" || row.current === "ERROR") say("the state is not offered");
      } else if (row.path === "") {
        if (!found.refused || !found.codes.includes(row.next)) say(`not refused with ${row.next}: ${found.text}`);
        if (found.arcs.length !== 0) say("refused, and arcs are shown");
      } else {
        const arcs = path.slice(1).flatMap((state, n) => [path[n], state]);
        if (found.refused || found.arcs.join() !== arcs.join()) say(`arcs ${found.arcs} instead of ${arcs}`);
        if (found.marked.join() !== [...path].sort().join()) say(`${found.marked} are marked`);
        if (path.length > 1 && found.codes.slice(2).join() !== path.join()) say(`the answer is ${found.text}`);
      }
    }
  });
  wrong.none();
});

test("every write gets the answers of `vfio-spec path v1`, in each order", async () => {
  const { bits } = await model("v1");
  const set = (end, value) => bits.bits.map((bit) => [`${end}-${bit.name}`, (value & (1 << bit.number)) !== 0]);
  const wrong = new Mistakes();
  await explorer("v1", "?from=RUNNING&to=RUNNING", async (page) => {
    for (const [n, order] of bits.actions.entries()) {
      const group = Object.fromEntries(order.actions.map((action) => [action.name, action.group]));
      const rows = await csv("path", "v1", "--all", "--order", order.name);
      assert.equal(rows.length, 100);
      const answers = await page.evaluate(ask, rows.map((row) => [...set("from", row.old), ...set("to", row.new)]));
      for (const [m, row] of rows.entries()) {
        const groups = answers[m].orders[n]?.map((name) => group[name]).join(" ; ");
        if (groups !== row.actions) wrong.add(`${order.name}: ${row.old} to ${row.new}`, [`${groups}: ${answers[m].text}`]);
      }
    }
    // Each way to be refused, and a device that lacks something.
    for (const [caps, from, to] of [
      ["ndma", "SAVING|RESUMING", "RUNNING"], ["ndma", "RUNNING", "RUNNING|RESUMING"], ["none", "RUNNING", "RUNNING|NDMA"],
      ["none", "RUNNING|NDMA", "RUNNING"], ["ndma", "0", "SAVING|RESUMING"],
    ]) {
      const number = (state) => bits.bits.reduce((all, { name, number }) =>
        state.split("|").includes(name) ? all | (1 << number) : all, 0);
      const { code, err } = await spec("path", "v1", from, to, "--caps", caps);
      const [, errno, error] = /gets (\w+) \((\w+)\)/.exec(err);
      assert.equal(code, 1);
      const [found] = await page.evaluate(ask,
        [[["device-ndma", caps === "ndma"], ...set("from", number(from)), ...set("to", number(to))]]);
      if (!found.codes.includes(errno) || !found.codes.includes(error)) {
        wrong.add(`${caps}: ${from} to ${to}`, [`not ${errno} (${error}): ${found.text}`]);
      }
    }
  });
  wrong.none();
});

test("a stranger's questions", async () => {
  await explorer("v2", "?device=pre_copy&from=PRE_COPY&to=STOP", async (page) => {
    assert.match(await answer(page), /2 arcs, PRE_COPY → RUNNING → STOP\. The saving session ends\./);
    const mmio = page.locator(".explorer-holds tr", { hasText: "answers_mmio" });
    assert.deepEqual(await mmio.locator("td").allInnerTexts(), ["yes", "yes", "no"]);
  });
  await explorer("v2", "?flow=qemu_v2_save&step=7", async (page) => {
    assert.match(await answer(page), /Step 7 of 10.*PRE_COPY_P2P of every device.*P2P quiet/s);
  });
});

test("every step of every flow is drawn", async () => {
  /** Run inside the page: chooses a flow, and goes on to its end. */
  const play = (name) => {
    const input = document.querySelector("[data-control=flow]");
    input.value = name;
    input.dispatchEvent(new Event("change"));
    const steps = [];
    for (;;) {
      steps.push([
        document.querySelector(".explorer-flow [aria-current=step] button").textContent,
        document.querySelector(".explorer-answer").textContent,
        [...document.querySelectorAll(".explorer-flow .current > td")].slice(1, -2).map((cell) => cell.textContent),
      ]);
      const next = document.querySelector("[data-control=Next]");
      if (next.hasAttribute("aria-disabled") || steps.length > 99) return steps;
      next.click();
    }
  };
  for (const edition of ["v1", "v2"]) {
    const { flows } = await model(edition);
    await explorer(edition, `?flow=${flows[0].name}`, async (page) => {
      for (const flow of flows) {
        const steps = await page.evaluate(play, flow.name);
        assert.deepEqual(steps.map(([number]) => number), flow.steps.map((step) => String(step.number)), flow.name);
        for (const [n, [number, text, devices]] of steps.entries()) {
          assert.equal(devices.length, flow.devices === "many" ? 2 : 1);
          const { target } = flow.steps[n];
          assert.ok(devices.every((cell) => cell.includes(target.name ?? "reset to RUNNING")), `${flow.name}: ${devices}`);
          assert.ok(text.startsWith(`Step ${number} of ${flow.steps.length}: the VMM `), `${flow.name}: ${text}`);
          assert.doesNotMatch(text, /undefined|\[object/);
        }
      }
    });
  }
});

test("counterexamples are those of `vfio-spec verify`, a column for each device", async () => {
  /** Run inside the page: the rows of the one that is shown, and its last sentence. */
  const shown = () => ({
    rows: [...document.querySelectorAll(".explorer-flow tbody tr")].map((row) => [...row.cells].slice(1).map((cell) =>
      (cell.querySelector("code")?.textContent ?? cell.textContent))),
    texts: [...document.querySelectorAll(".explorer-flow tbody tr")].map((row) => row.cells[1].textContent),
    said: document.querySelector(".explorer-answer").textContent,
    marked: [...document.querySelectorAll(".node.on-path .name")].map((it) => it.textContent).sort(),
  });
  const { out } = await spec("verify", "--all-variants", "--format", "json");
  const { editions } = JSON.parse(out);
  assert.ok(editions.length > 0);
  for (const { edition, variants } of editions) {
    await explorer(edition, "", async (page) => {
      for (const { variant, breaks, counterexample } of variants.filter(({ found }) => found)) {
        const { devices, steps } = counterexample;
        await page.goto(`${shared.site.origin}/${edition}/explorer.html?flow=${variant}&step=${steps.length}`);
        const found = await page.evaluate(shown);
        assert.deepEqual(found.rows.map((row) => row.slice(1, 1 + devices.length)),
          steps.map((step) => step.devices.map((state) => state ?? "is not there")), variant);
        assert.deepEqual(found.texts, steps.map(({ actor, text }) => `${actor}: ${text.replaceAll("`", "")}`), variant);
        assert.ok(found.said.includes("Broken: ") && found.said.includes(breaks), found.said);
        assert.deepEqual(found.marked, [...new Set(steps.at(-1).devices.filter(Boolean))].sort(), variant);
      }
    });
  }
});

test("keys alone are enough", async () => {
  await explorer("v2", "", async (page) => {
    /** Presses a key until something is reached; it must show that it has the focus. */
    const reach = async (what, key = "Tab") => {
      for (let n = 0; n < 300; n += 1) {
        await page.keyboard.press(key);
        const [there, seen] = await page.evaluate((what) => {
          const at = document.activeElement;
          const style = getComputedStyle(at.querySelector?.(".box") ?? at);
          return [at.matches(what), style.outlineStyle !== "none" || style.strokeWidth === "4px"];
        }, what);
        if (there) return assert.ok(seen, `${what} does not show its focus`);
      }
      return assert.fail(`${key} never reaches ${what}`);
    };
    const focused = () => page.evaluate(() => document.activeElement.dataset.control);
    await reach("[data-control=device-p2p]");
    await page.keyboard.press("Space");
    assert.equal(await focused(), "device-p2p");
    await reach('[data-state="6"]');
    await page.keyboard.press("Enter");
    assert.match(await answer(page), /The device is in PRE_COPY\. Choose what is wanted/);
    await reach('[data-state="1"]', "Shift+Tab");
    await page.keyboard.press("Space");
    assert.match(await answer(page), /From PRE_COPY to STOP: 2 arcs/);
    await reach("[data-control=from]", "Shift+Tab");
    await page.keyboard.type("RUNNING");
    assert.equal(await focused(), "from");
    assert.match(await answer(page), /From RUNNING to STOP: 1 arc/);
    await reach("[name=subject]", "Shift+Tab");
    await page.keyboard.press("ArrowDown");
    assert.match(await answer(page), /^Step 1 of/);
    await reach("[data-control=Next]");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "Next");
    assert.match(await answer(page), /^Step 3 of/);
  });
});

test("the address holds what is shown", async () => {
  for (const [edition, query] of [
    ["v2", "?device=p2p&from=RUNNING_P2P&to=RESUMING"], ["v2", "?device=none&from=STOP&to=PRE_COPY"],
    ["v2", "?device=p2p,pre_copy&flow=qemu_v2_save&step=8"], ["v1", "?device=ndma&from=RESUMING&to=RUNNING,SAVING"],
  ]) {
    await explorer(edition, query, async (page) => {
      const shown = await words(page, ".explorer");
      const first = page.url();
      assert.ok(first.endsWith(query), first);
      await page.locator("[data-state]").nth(1).click();
      assert.notEqual(await words(page, ".explorer"), shown);
      const second = await words(page, ".explorer");
      await page.goBack();
      assert.equal(page.url(), first);
      assert.equal(await words(page, ".explorer"), shown);
      await page.goForward();
      assert.equal(await words(page, ".explorer"), second);
      await page.goBack();
      await page.reload();
      assert.equal(await words(page, ".explorer"), shown);
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByText("The link is in the clipboard.").waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), first);
    });
  }
});

test("nothing in an address breaks the page", async () => {
  const queries = [
    "from=NONSENSE", "to=%3Cimg%20src=x%20onerror=alert(1)%3E", "device=p2p,wings", "device=", "flow=none", "step=0",
    "flow=save&step=99", "flow=save&step=1e1", "flow=constructor", "from=__proto__", "step=2", `to=${"x".repeat(5000)}`,
    "from=",
  ];
  for (const edition of ["v1", "v2"]) {
    await explorer(edition, "", async (page) => {
      assert.ok(await page.locator(".explorer-note").isHidden());
      for (const query of queries) {
        await page.goto(`${shared.site.origin}/${edition}/explorer.html?${query}`);
        assert.ok(await page.locator(".explorer-note").isVisible(), query);
        assert.ok((await answer(page)).length > 20, query);
        assert.equal(await page.locator(".explorer img").count(), 0);
      }
    });
  }
});

test("what the page links to of itself is shown", async () => {
  for (const edition of ["v1", "v2"]) {
    await explorer(edition, "", async (page) => {
      const links = await page.locator('main a[href^="explorer.html?"]').evaluateAll((links) => links.map((link) => link.href));
      assert.ok(links.length >= 3);
      for (const link of links) {
        await page.goto(link);
        assert.ok(await page.locator(".explorer-note").isHidden(), link);
        assert.doesNotMatch(await answer(page), /then the one that is wanted/);
      }
    });
  }
});

test("without scripts, every answer stands there as a table", async () => {
  const room = await context(shared.browser, { javaScriptEnabled: false });
  const page = await room.newPage();
  await page.goto(`${shared.site.origin}/v2/explorer.html`);
  const tables = page.locator(".explorer-tables table.paths");
  assert.equal(await tables.count(), 4);
  const row = tables.nth(1).locator("tbody tr", { has: page.locator("th", { hasText: /^PRE_COPY$/ }) });
  assert.match((await row.allInnerTexts()).join(), /RUNNING\s+STOP/);
  assert.ok(await tables.first().isVisible());
  await page.goto(`${shared.site.origin}/v1/explorer.html`);
  assert.ok(await page.locator(".explorer-tables table.matrix").first().isVisible());
  await page.locator('.explorer-tables > p > a[href^="multi-bit.html"]').click();
  assert.equal(await page.locator("table.signs").count(), 3);
  await room.close();
});

test("the print page is left as it is", async () => {
  const room = await context(shared.browser);
  const { page, wrong } = await watched(room, shared.site.origin);
  await page.addInitScript(() => { globalThis.print = () => undefined; });
  await page.goto(`${shared.site.origin}/print.html`);
  assert.equal(await page.locator(".explorer").count(), 2);
  assert.equal(await page.locator(".explorer.live").count(), 0);
  await room.close();
  assert.deepEqual(wrong, []);
});

const VIEWS = {
  request: ["v2", "?from=PRE_COPY&to=STOP"],
  refused: ["v2", "?device=pre_copy&from=STOP_COPY&to=PRE_COPY"],
  step: ["v2", "?flow=qemu_v2_save&step=7"],
  counterexample: ["v1", "?flow=no_barriers&step=3"],
  write: ["v1", "?from=RESUMING&to=SAVING"],
  steps: ["v1", "?flow=save&step=5"],
};

for (const [name, [edition, query]] of Object.entries(VIEWS)) {
  test(`everybody can use it: ${name}`, async () => {
    for (const look of [{ scheme: "light", window: DESK }, { scheme: "dark", window: PHONE }]) {
      await explorer(edition, query, async (page) => {
        const rules = look.scheme === "light" ? undefined : ["color-contrast", "scrollable-region-focusable"];
        assert.deepEqual([...(await page.evaluate(overflow)), ...(await barriers(page, "main", rules))], []);
        const file = `explorer-${name}.${look.scheme}-${look.window.width}.png`;
        await page.screenshot({ path: join(PICTURES, file), fullPage: true });
      }, look);
    }
  });
}
